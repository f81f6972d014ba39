{{- define "watcher.name" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name }}{{ else }}{{ .Release.Name }}-{{ .Chart.Name }}{{ end }}
{{- end }}

{{- define "watcher.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "watcher.labels" -}}
{{ include "watcher.selector" . }}
app.kubernetes.io/version: {{ .Values.image.tag | default .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{/* What the values give, and the files, ports and the Lease that the chart provides. */}}
{{- define "watcher.config" -}}
{{- $config := deepCopy .Values.config }}
{{- $spool := merge (dict "directory" "/var/lib/changetrail/spool") ($config.spool | default (dict "maxBytes" 201326592)) }}
{{- $_ := set $config "spool" $spool }}
{{- $_ := set $config "port" 8080 }}
{{- with .Values.token }}{{ if .secret }}{{ $_ := set $config "tokenFile" (printf "/etc/changetrail/token/%s" .key) }}{{ end }}{{ end }}
{{- with .Values.redactionKey }}{{ if .secret }}{{ $_ := set $config "redaction" (dict "keyId" .id "keyFile" (printf "/etc/changetrail/redaction/%s" .key)) }}{{ end }}{{ end }}
{{- if gt (int .Values.replicas) 1 }}
{{- if and $config.secrets (not .Values.redactionKey.secret) }}
{{- fail "redactionKey.secret: give the replicas one key; with one of each its own, what changes in a Secret while another takes over cannot be told" }}
{{- end }}
{{- $_ := set $config "leaderElection" (dict "namespace" .Release.Namespace "lease" (include "watcher.name" .)) }}
{{- end }}
{{- if .Values.auditWebhook.enabled }}
{{- $at := "/etc/changetrail/audit" }}
{{- $_ := set $config "auditWebhook" (dict "port" 8443 "tokenFile" (printf "%s/token" $at) "keyStore" (printf "%s/keystore.p12" $at) "passwordFile" (printf "%s/password" $at)) }}
{{- end }}
{{- if .Values.admissionWebhook.enabled }}
{{- $at := "/etc/changetrail/admission" }}
{{- $_ := set $config "admissionWebhook" (dict "port" 8444 "path" .Values.admissionWebhook.path "keyStore" (printf "%s/keystore.p12" $at) "passwordFile" (printf "%s/password" $at)) }}
{{- end }}
{{- toYaml $config }}
{{- end }}

{{/* All types that are watched, each with group, version, kind, resource and clusterScoped. */}}
{{- define "watcher.types" -}}
{{- $config := .Values.config }}
{{- $types := list }}
{{- if not $config.onlyResources }}{{ $types = .Files.Get "files/types.yaml" | fromYamlArray }}{{ end }}
{{- if $config.secrets }}{{ $types = append $types (dict "group" "" "version" "v1" "kind" "Secret" "resource" "secrets") }}{{ end }}
{{- range $config.resources }}
{{- $clusterScoped := and (hasKey . "namespaced") (not .namespaced) }}
{{- $one := dict "group" (.group | default "") "version" .version "kind" .kind "resource" .plural "clusterScoped" $clusterScoped }}
{{- $known := false }}
{{- range $types }}{{ if and (eq .group $one.group) (eq .resource $one.resource) }}{{ $known = true }}{{ end }}{{ end }}
{{- if not $known }}{{ $types = append $types $one }}{{ end }}
{{- end }}
{{- toYaml $types }}
{{- end }}

{{/* Types that tell how the rollouts of those go. */}}
{{- define "watcher.followed" -}}
{{- $kinds := list }}
{{- range (include "watcher.types" . | fromYamlArray) }}{{ $kinds = append $kinds .kind }}{{ end }}
{{- $followed := list }}
{{- if or (has "Deployment" $kinds) (has "Rollout" $kinds) }}{{ $followed = append $followed (dict "group" "apps" "resource" "replicasets") }}{{ end }}
{{- if or (has "StatefulSet" $kinds) (has "DaemonSet" $kinds) }}{{ $followed = append $followed (dict "group" "apps" "resource" "controllerrevisions") }}{{ end }}
{{- if $followed }}{{ $followed = append $followed (dict "group" "" "resource" "pods") }}{{ end }}
{{- toYaml $followed }}
{{- end }}

{{/* One rule for each API group of some types. */}}
{{- define "watcher.rules" -}}
{{- $groups := list }}
{{- range .types }}{{ $groups = append $groups .group }}{{ end }}
{{- $types := .types }}
{{- $verbs := .verbs }}
{{- range $group := uniq $groups }}
- apiGroups: [{{ $group | quote }}]
  resources:
    {{- range $types }}{{ if eq .group $group }}
    - {{ .resource }}
    {{- end }}{{ end }}
  verbs: [{{ join ", " $verbs }}]
{{- end }}
{{- end }}
