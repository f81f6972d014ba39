// SPDX-License-Identifier: Apache-2.0
import com.sun.source.util.JavacTask;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.lang.model.element.AnnotationMirror;
import javax.lang.model.element.AnnotationValue;
import javax.lang.model.element.Element;
import javax.lang.model.element.ElementKind;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.Modifier;
import javax.lang.model.element.TypeElement;
import javax.lang.model.element.TypeParameterElement;
import javax.lang.model.element.VariableElement;
import javax.lang.model.type.ArrayType;
import javax.lang.model.type.DeclaredType;
import javax.lang.model.type.TypeKind;
import javax.lang.model.type.TypeMirror;
import javax.lang.model.type.WildcardType;
import javax.lang.model.util.Elements;
import javax.lang.model.util.Types;
import javax.tools.Diagnostic;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * Reads the published sources of Jenkins and its plugins with the compiler's own front end, and
 * writes down what {@code signatures.list} asks for: declarations without bodies to compile
 * against, and an index of the same facts to check compiled classes against.
 *
 * <p>Run by {@code ./update}, which fetches the tagged sources; see there.
 */
final class Signatures {
  private final Elements elements;
  private final Types types;
  private final Path sources;
  private final Map<String, Wanted> wanted = new LinkedHashMap<>();
  private final Set<String> given;
  private final Set<String> complaints = new TreeSet<>();

  /** One line of the list: a class, where it is from, and which of its members are wanted. */
  private record Wanted(String name, String origin, Set<String> members) {
    boolean wants(String member) {
      return members.contains(member) || members.contains("*");
    }
  }

  private Signatures(JavacTask task, Path sources, Set<String> given) {
    elements = task.getElements();
    types = task.getTypes();
    this.sources = sources;
    this.given = given;
  }

  public static void main(String[] args) throws IOException {
    Path list = Path.of(args[0]);
    Path sources = Path.of(args[1]);
    String classPath = args[2];
    Path out = Path.of(args[3]);
    Path index = Path.of(args[4]).toAbsolutePath();
    List<String> roots;
    try (Stream<Path> all = Files.walk(sources)) {
      roots =
          all.filter(path -> path.endsWith("src/main/java"))
              .map(Path::toString)
              .sorted()
              .collect(Collectors.toList());
    }
    JavacTask task =
        (JavacTask)
            ToolProvider.getSystemJavaCompiler()
                .getTask(
                    null,
                    null,
                    Signatures::ignore,
                    List.of(
                        "-proc:none",
                        "-implicit:none",
                        "-sourcepath",
                        String.join(":", roots),
                        "-cp",
                        classPath),
                    null,
                    List.of(new Nothing()));
    task.analyze();
    Set<String> given = new LinkedHashSet<>(List.of("java.", "javax.lang.", "javax.net."));
    given.addAll(
        List.of(
            "net.java.sezpoz.",
            "org.jvnet.hudson.annotation_indexer.",
            "org.kohsuke.args4j.",
            "net.sf.json.",
            "jakarta.servlet.",
            "jakarta.inject.",
            "org.springframework.security."));
    Signatures signatures = new Signatures(task, sources, given);
    signatures.read(list);
    signatures.write(out, index);
    signatures.complaints.forEach(System.err::println);
    System.exit(signatures.complaints.isEmpty() ? 0 : 1);
  }

  /** What cannot be resolved lies outside what is asked for, or is complained of below. */
  private static void ignore(Diagnostic<? extends JavaFileObject> diagnostic) {}

  private static final class Nothing extends SimpleJavaFileObject {
    Nothing() {
      super(URI.create("string:///Nothing.java"), Kind.SOURCE);
    }

    @Override
    public CharSequence getCharContent(boolean ignore) {
      return "class Nothing {}";
    }
  }

  private void read(Path list) throws IOException {
    String origin = "";
    for (String line : Files.readAllLines(list)) {
      String text = line.replaceFirst("#.*", "").strip();
      if (text.startsWith("@")) {
        origin = text.substring(1).strip();
      } else if (!text.isEmpty()) {
        String[] parts = text.split(":", 2);
        Set<String> members = new LinkedHashSet<>();
        if (parts.length > 1) {
          members.addAll(List.of(parts[1].strip().split("\\s+")));
        }
        wanted.put(parts[0].strip(), new Wanted(parts[0].strip(), origin, members));
      }
    }
  }

  private void write(Path out, Path index) throws IOException {
    List<String> lines = new ArrayList<>();
    Map<String, List<String>> byTop = new TreeMap<>();
    for (String name : wanted.keySet()) {
      byTop.computeIfAbsent(name.replaceFirst("\\$.*", ""), top -> new ArrayList<>());
    }
    for (String top : byTop.keySet()) {
      TypeElement type = elements.getTypeElement(top);
      if (type == null) {
        complaints.add("there is no class " + top);
        continue;
      }
      Wanted first =
          wanted.entrySet().stream()
              .filter(entry -> entry.getKey().equals(top) || entry.getKey().startsWith(top + "$"))
              .findFirst()
              .orElseThrow()
              .getValue();
      StringBuilder java = new StringBuilder();
      java.append("// SPDX-License-Identifier: Apache-2.0\n");
      java.append("// Signatures only, as declared in ")
          .append(first.origin())
          .append(":\n// ")
          .append(path(top))
          .append("\n");
      java.append("package ")
          .append(elements.getPackageOf(type).getQualifiedName())
          .append(";\n\n");
      type(java, type, "");
      Path file = out.resolve(top.replace('.', '/') + ".java");
      Files.createDirectories(file.getParent());
      Files.writeString(file, java);
    }
    for (String name : wanted.keySet()) {
      TypeElement type = elements.getTypeElement(name.replace('$', '.'));
      if (type == null) {
        complaints.add("there is no class " + name);
      } else {
        index(lines, type, wanted.get(name));
      }
    }
    Files.createDirectories(index.getParent());
    Files.write(index, lines);
  }

  private String path(String name) {
    String end = "src/main/java/" + name.replace('.', '/') + ".java";
    try (Stream<Path> all = Files.walk(sources)) {
      return all.filter(path -> path.endsWith(end))
          .map(path -> sources.relativize(path).toString())
          .map(path -> path.substring(path.indexOf('/') + 1))
          .findFirst()
          .orElse(end);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // ---- declarations ----

  private static String binary(TypeElement type, Elements elements) {
    return elements.getBinaryName(type).toString();
  }

  private boolean isWanted(TypeElement type) {
    return wanted.containsKey(binary(type, elements));
  }

  private void type(StringBuilder java, TypeElement type, String indent) {
    Wanted want = wanted.get(binary(type, elements));
    ElementKind kind = type.getKind();
    if (kind == ElementKind.ANNOTATION_TYPE) {
      for (AnnotationMirror annotation : type.getAnnotationMirrors()) {
        annotation(java, annotation, indent);
      }
    }
    java.append(indent).append(modifiers(type, kind == ElementKind.ENUM));
    if (kind == ElementKind.CLASS
        && !type.getModifiers().contains(Modifier.ABSTRACT)
        && !type.getModifiers().contains(Modifier.FINAL)
        && (want == null || !want.members().contains("<init>"))) {
      // Nobody makes one, so it need not have all that it inherits.
      java.append("abstract ");
    }
    java.append(
        switch (kind) {
          case INTERFACE -> "interface ";
          case ANNOTATION_TYPE -> "@interface ";
          case ENUM -> "enum ";
          default -> "class ";
        });
    java.append(type.getSimpleName()).append(parameters(type.getTypeParameters()));
    if (kind == ElementKind.CLASS) {
      TypeMirror superclass = listedSuperclass(type);
      if (superclass != null) {
        java.append(" extends ").append(superclass);
      }
    }
    if (kind != ElementKind.ANNOTATION_TYPE) {
      List<String> interfaces = new ArrayList<>();
      listedInterfaces(type).forEach(each -> interfaces.add(each.toString()));
      if (!interfaces.isEmpty()) {
        java.append(kind == ElementKind.INTERFACE ? " extends " : " implements ");
        java.append(String.join(", ", interfaces));
      }
    }
    java.append(" {\n");
    String deeper = indent + "  ";
    if (kind == ElementKind.ENUM) {
      java.append(deeper)
          .append(
              type.getEnclosedElements().stream()
                  .filter(each -> each.getKind() == ElementKind.ENUM_CONSTANT)
                  .map(Element::toString)
                  .collect(Collectors.joining(", ")))
          .append(";\n");
    }
    boolean constructor = false;
    Set<String> written = new TreeSet<>();
    Map<String, String> left = new TreeMap<>();
    for (Element member : members(type, want)) {
      if (member instanceof TypeElement nested) {
        if (isWanted(nested) || encloses(nested)) {
          type(java, nested, deeper);
        }
      } else if (want != null && isWanted(member, want, type)) {
        if (member instanceof VariableElement field && field.getKind() == ElementKind.FIELD) {
          field(java, field, deeper);
        } else if (member instanceof ExecutableElement method) {
          if (needed(method).isEmpty()) {
            constructor |= method.getKind() == ElementKind.CONSTRUCTOR;
            method(java, method, type, deeper);
            written.add(name(method));
          } else if (want.members().contains(name(member))) {
            left.put(
                name(method), binary(type, elements) + "." + method + " needs " + needed(method));
          }
        }
      }
    }
    left.keySet().removeAll(written);
    complaints.addAll(left.values());
    if (kind == ElementKind.CLASS && !constructor && !isDefaultConstructible(type)) {
      // Not in the index, so whoever calls it is found out.
      java.append(deeper).append("protected ").append(type.getSimpleName()).append("() {");
      superCall(java, type);
      java.append("}\n");
    }
    if (want != null) {
      for (String member : want.members()) {
        if (!member.equals("*")
            && members(type, want).stream().noneMatch(each -> name(each).equals(member))) {
          complaints.add(binary(type, elements) + " declares no " + member);
        }
      }
    }
    java.append(indent).append("}\n");
  }

  /**
   * The members of a class; those that are wanted of it and inherited from what is not listed stand
   * as its own, which to whoever calls them is the same.
   */
  private List<Element> members(TypeElement type, Wanted want) {
    List<Element> all = new ArrayList<>(type.getEnclosedElements());
    if (want != null) {
      for (Element each : elements.getAllMembers(type)) {
        boolean unlisted =
            each.getEnclosingElement() instanceof TypeElement owner
                && !owner.equals(type)
                && !wanted.containsKey(binary(owner, elements))
                && given.stream().noneMatch(binary(owner, elements)::startsWith);
        if (unlisted && each instanceof ExecutableElement && want.members().contains(name(each))) {
          all.add(each);
        }
      }
    }
    return all;
  }

  private boolean encloses(TypeElement type) {
    return type.getEnclosedElements().stream()
        .anyMatch(
            each -> each instanceof TypeElement nested && (isWanted(nested) || encloses(nested)));
  }

  /** Whether the constructor that the compiler would add is the one that the class has. */
  private boolean isDefaultConstructible(TypeElement type) {
    return type.getEnclosedElements().stream()
        .filter(each -> each.getKind() == ElementKind.CONSTRUCTOR)
        .anyMatch(
            each ->
                ((ExecutableElement) each).getParameters().isEmpty()
                    && elements.getOrigin(each) == Elements.Origin.MANDATED);
  }

  private static String name(Element member) {
    return member.getKind() == ElementKind.CONSTRUCTOR
        ? "<init>"
        : member.getSimpleName().toString();
  }

  private static boolean isAbstract(Element member) {
    return member.getModifiers().contains(Modifier.ABSTRACT);
  }

  private static boolean isVisible(Element member) {
    return member.getModifiers().contains(Modifier.PUBLIC)
        || member.getModifiers().contains(Modifier.PROTECTED);
  }

  private boolean isWanted(Element member, Wanted want, TypeElement type) {
    return isVisible(member)
        && (want.wants(name(member))
            || (isAbstract(member) && type.getKind() != ElementKind.ENUM)
            || type.getKind() == ElementKind.ANNOTATION_TYPE
            || (member instanceof ExecutableElement method && implementsSomething(method, type)));
  }

  /** Whether a method is the body of one that is abstract further up. */
  private boolean implementsSomething(ExecutableElement method, TypeElement type) {
    for (TypeElement above : supertypes(type)) {
      for (Element each : above.getEnclosedElements()) {
        if (each instanceof ExecutableElement other
            && isAbstract(other)
            && isVisible(other)
            && other.getSimpleName().equals(method.getSimpleName())
            && elements.overrides(method, other, type)) {
          return true;
        }
      }
    }
    return false;
  }

  private Set<TypeElement> supertypes(TypeElement type) {
    Set<TypeElement> all = new LinkedHashSet<>();
    for (TypeMirror each : types.directSupertypes(type.asType())) {
      if (each.getKind() == TypeKind.DECLARED) {
        TypeElement above = (TypeElement) types.asElement(each);
        if (all.add(above)) {
          all.addAll(supertypes(above));
        }
      }
    }
    return all;
  }

  private void field(StringBuilder java, VariableElement field, String indent) {
    if (!needed(field.asType()).isEmpty()) {
      complaints.add(
          field.getEnclosingElement() + "." + field + " needs " + needed(field.asType()));
      return;
    }
    java.append(indent).append(modifiers(field, false)).append(field.asType());
    java.append(" ").append(field.getSimpleName());
    if (field.getConstantValue() != null) {
      java.append(" = ").append(elements.getConstantExpression(field.getConstantValue()));
    } else if (field.getModifiers().contains(Modifier.FINAL)) {
      java.append(" = ").append(nothing(field.asType()));
    }
    java.append(";\n");
  }

  private void method(
      StringBuilder java, ExecutableElement method, TypeElement type, String indent) {
    boolean constructor = method.getKind() == ElementKind.CONSTRUCTOR;
    boolean inInterface = type.getKind().isInterface();
    boolean isStatic = method.getModifiers().contains(Modifier.STATIC);
    boolean body = inInterface && (method.isDefault() || isStatic);
    String modifiers = modifiers(method, inInterface);
    if (method.getAnnotation(Deprecated.class) != null) {
      java.append(indent).append("@Deprecated\n");
    }
    java.append(indent).append(modifiers);
    if (method.isDefault()) {
      java.append("default ");
    }
    if (!constructor && !inInterface && !isAbstract(method)) {
      // A declaration without a body, which nobody can call by mistake.
      java.append("native ");
    }
    if (!method.getTypeParameters().isEmpty()) {
      java.append(parameters(method.getTypeParameters())).append(" ");
    }
    java.append(
        constructor ? type.getSimpleName() : method.getReturnType() + " " + method.getSimpleName());
    java.append("(");
    for (int i = 0; i < method.getParameters().size(); i++) {
      VariableElement parameter = method.getParameters().get(i);
      boolean last = i == method.getParameters().size() - 1;
      String name = parameter.asType().toString();
      if (last && method.isVarArgs()) {
        name = ((ArrayType) parameter.asType()).getComponentType() + "...";
      }
      java.append(i == 0 ? "" : ", ").append(name).append(" ").append(parameter.getSimpleName());
    }
    java.append(")");
    if (!method.getThrownTypes().isEmpty()) {
      java.append(" throws ");
      java.append(
          method.getThrownTypes().stream().map(Object::toString).collect(Collectors.joining(", ")));
    }
    if (method.getDefaultValue() != null) {
      java.append(" default ").append(method.getDefaultValue());
    }
    if (constructor) {
      java.append(" {");
      superCall(java, type);
      java.append("}\n");
    } else {
      java.append(
          body
              ? " {\n" + indent + "  throw new UnsupportedOperationException();\n" + indent + "}\n"
              : ";\n");
    }
  }

  /** A call of the superclass' first constructor that is listed; nothing if it has an empty one. */
  private void superCall(StringBuilder java, TypeElement type) {
    TypeMirror superclass = listedSuperclass(type);
    if (superclass == null) {
      return;
    }
    TypeElement above = (TypeElement) types.asElement(superclass);
    Wanted want = wanted.get(binary(above, elements));
    if (want == null) {
      return;
    }
    List<ExecutableElement> constructors =
        above.getEnclosedElements().stream()
            .filter(each -> each.getKind() == ElementKind.CONSTRUCTOR && isVisible(each))
            .map(each -> (ExecutableElement) each)
            .filter(each -> needed(each).isEmpty())
            .sorted(Comparator.comparing(each -> each.getParameters().size()))
            .collect(Collectors.toList());
    if (constructors.isEmpty() || !want.wants("<init>")) {
      return;
    }
    if (!constructors.get(0).getParameters().isEmpty()) {
      java.append(" super(");
      java.append(
          constructors.get(0).getParameters().stream()
              .map(each -> "(" + types.erasure(each.asType()) + ") " + nothing(each.asType()))
              .collect(Collectors.joining(", ")));
      java.append("); ");
    }
  }

  private static String nothing(TypeMirror type) {
    return switch (type.getKind()) {
      case BOOLEAN -> "false";
      case BYTE, SHORT, INT, LONG, CHAR, FLOAT, DOUBLE -> "0";
      default -> "null";
    };
  }

  private TypeMirror listedSuperclass(TypeElement type) {
    TypeMirror superclass = type.getSuperclass();
    while (superclass.getKind() == TypeKind.DECLARED) {
      TypeElement above = (TypeElement) types.asElement(superclass);
      if (above.getQualifiedName().contentEquals("java.lang.Object")) {
        return null;
      }
      if (needed(superclass).isEmpty()) {
        return superclass;
      }
      List<? extends TypeMirror> next = types.directSupertypes(superclass);
      superclass = next.isEmpty() ? types.getNoType(TypeKind.NONE) : next.get(0);
    }
    return null;
  }

  private Set<TypeMirror> listedInterfaces(TypeElement type) {
    Set<TypeMirror> all = new LinkedHashSet<>();
    for (TypeMirror each : type.getInterfaces()) {
      if (needed(each).isEmpty()) {
        all.add(each);
      }
    }
    // Those of superclasses that are left out.
    TypeMirror superclass = type.getSuperclass();
    while (superclass.getKind() == TypeKind.DECLARED && !needed(superclass).isEmpty()) {
      List<? extends TypeMirror> above = types.directSupertypes(superclass);
      for (TypeMirror each : above.subList(Math.min(1, above.size()), above.size())) {
        if (needed(each).isEmpty()
            && all.stream().noneMatch(known -> types.isSameType(known, each))) {
          all.add(each);
        }
      }
      superclass = above.isEmpty() ? types.getNoType(TypeKind.NONE) : above.get(0);
    }
    return all;
  }

  private static String modifiers(Element element, boolean implied) {
    Set<Modifier> kept = new LinkedHashSet<>();
    for (Modifier modifier : element.getModifiers()) {
      switch (modifier) {
        case PUBLIC, PROTECTED, PRIVATE, STATIC -> kept.add(modifier);
        case ABSTRACT -> {
          if (!implied && !element.getKind().isInterface()) {
            kept.add(modifier);
          }
        }
        case FINAL -> {
          if (!implied) {
            kept.add(modifier);
          }
        }
        default -> {
          // says something of the body alone
        }
      }
    }
    if (element.getKind().isInterface()) {
      kept.remove(Modifier.STATIC);
    }
    return kept.stream().map(each -> each + " ").collect(Collectors.joining());
  }

  private static String parameters(List<? extends TypeParameterElement> parameters) {
    if (parameters.isEmpty()) {
      return "";
    }
    return parameters.stream()
        .map(
            each -> {
              String bounds =
                  each.getBounds().stream()
                      .map(Object::toString)
                      .filter(bound -> !bound.equals("java.lang.Object"))
                      .collect(Collectors.joining(" & "));
              return each + (bounds.isEmpty() ? "" : " extends " + bounds);
            })
        .collect(Collectors.joining(", ", "<", ">"));
  }

  private void annotation(StringBuilder java, AnnotationMirror annotation, String indent) {
    String name = annotation.getAnnotationType().toString();
    boolean known = name.startsWith("java.lang.") || given.stream().anyMatch(name::startsWith);
    if (!known) {
      return;
    }
    List<String> values = new ArrayList<>();
    annotation
        .getElementValues()
        .forEach((key, value) -> values.add(key.getSimpleName() + " = " + value(value)));
    java.append(indent).append("@").append(name);
    java.append(values.isEmpty() ? "" : "(" + String.join(", ", values) + ")").append("\n");
  }

  private String value(AnnotationValue value) {
    Object content = value.getValue();
    if (content instanceof List<?> many) {
      return many.stream()
          .map(each -> value((AnnotationValue) each))
          .collect(Collectors.joining(", ", "{", "}"));
    }
    if (content instanceof VariableElement constant) {
      return ((TypeElement) constant.getEnclosingElement()).getQualifiedName() + "." + constant;
    }
    return content instanceof TypeMirror type ? type + ".class" : value.toString();
  }

  /** The types that a signature needs and nobody has listed. */
  private Set<String> needed(ExecutableElement method) {
    Set<String> all = new TreeSet<>(needed(method.getReturnType()));
    method.getParameters().forEach(each -> all.addAll(needed(each.asType())));
    method.getThrownTypes().forEach(each -> all.addAll(needed(each)));
    method
        .getTypeParameters()
        .forEach(each -> each.getBounds().forEach(bound -> all.addAll(needed(bound))));
    return all;
  }

  private Set<String> needed(TypeMirror type) {
    Set<String> all = new TreeSet<>();
    switch (type.getKind()) {
      case ARRAY -> all.addAll(needed(((ArrayType) type).getComponentType()));
      case WILDCARD -> {
        WildcardType wildcard = (WildcardType) type;
        if (wildcard.getExtendsBound() != null) {
          all.addAll(needed(wildcard.getExtendsBound()));
        }
        if (wildcard.getSuperBound() != null) {
          all.addAll(needed(wildcard.getSuperBound()));
        }
      }
      case DECLARED -> {
        TypeElement element = (TypeElement) ((DeclaredType) type).asElement();
        String name = binary(element, elements);
        if (given.stream().noneMatch(name::startsWith) && !wanted.containsKey(name)) {
          all.add(name);
        }
        ((DeclaredType) type).getTypeArguments().forEach(each -> all.addAll(needed(each)));
      }
      case ERROR -> all.add(type + " (not found)");
      default -> {
        // primitive, void, a type variable
      }
    }
    return all;
  }

  // ---- the index ----

  private void index(List<String> lines, TypeElement type, Wanted want) {
    TypeMirror superclass = type.getSuperclass();
    StringBuilder head = new StringBuilder("class ");
    head.append(internal(type)).append(' ').append(flags(type));
    head.append(" extends ")
        .append(
            superclass.getKind() == TypeKind.DECLARED
                ? internal((TypeElement) types.asElement(superclass))
                : "-");
    // Those that are inherited too, as what lies between may not be listed.
    Set<String> interfaces = new LinkedHashSet<>();
    for (TypeMirror each : type.getInterfaces()) {
      if (each.getKind() == TypeKind.DECLARED) {
        interfaces.add(internal((TypeElement) types.asElement(each)));
      }
    }
    for (TypeElement each : supertypes(type)) {
      if (each.getKind().isInterface() && isWanted(each)) {
        interfaces.add(internal(each));
      }
    }
    head.append(" implements ").append(String.join(",", interfaces));
    lines.add(head.toString().stripTrailing() + marks(type));
    List<String> members = new ArrayList<>();
    for (Element member : members(type, want)) {
      if (!isVisible(member)
          || !(isWanted(member, want, type)
              || member.getKind() == ElementKind.ENUM_CONSTANT
              || isMandated(member))) {
        continue;
      }
      if (member instanceof VariableElement field) {
        members.add(
            "  field "
                + field.getSimpleName()
                + " "
                + descriptor(field.asType())
                + " "
                + flags(field)
                + marks(field));
      } else if (member instanceof ExecutableElement method) {
        members.add(
            "  method "
                + name(method)
                + " "
                + descriptor(method)
                + " "
                + flags(method)
                + marks(method));
      }
    }
    if (isDefaultConstructible(type)
        && members.stream().noneMatch(each -> each.startsWith("  method <init>"))) {
      members.add(
          "  method <init> ()V "
              + (type.getModifiers().contains(Modifier.PUBLIC) ? "public" : "protected"));
    }
    if (type.getKind() == ElementKind.ENUM) {
      for (Element member : type.getEnclosedElements()) {
        if (member.getKind() == ElementKind.ENUM_CONSTANT
            && members.stream().noneMatch(each -> each.startsWith("  field " + member + " "))) {
          members.add(
              "  field " + member + " " + descriptor(member.asType()) + " public,static,final");
        }
      }
    }
    members.sort(Comparator.naturalOrder());
    lines.addAll(members);
  }

  private boolean isMandated(Element member) {
    return elements.getOrigin(member) == Elements.Origin.MANDATED;
  }

  private static String flags(Element element) {
    String flags =
        element.getModifiers().stream()
            .filter(
                each ->
                    each == Modifier.PUBLIC
                        || each == Modifier.PROTECTED
                        || each == Modifier.STATIC
                        || each == Modifier.FINAL
                        || each == Modifier.ABSTRACT)
            .map(Modifier::toString)
            .sorted()
            .collect(Collectors.joining(","));
    return element.getKind().isInterface() ? flags + ",interface" : flags.isEmpty() ? "-" : flags;
  }

  private String marks(Element element) {
    StringBuilder marks = new StringBuilder();
    for (AnnotationMirror annotation : element.getAnnotationMirrors()) {
      String name = annotation.getAnnotationType().asElement().getSimpleName().toString();
      if (name.equals("Deprecated")) {
        marks.append(" deprecated");
      } else if (name.equals("Restricted")) {
        marks.append(" restricted");
      }
    }
    return marks.toString();
  }

  private String internal(TypeElement type) {
    return binary(type, elements).replace('.', '/');
  }

  private String descriptor(ExecutableElement method) {
    return method.getParameters().stream()
            .map(each -> descriptor(each.asType()))
            .collect(Collectors.joining("", "(", ")"))
        + descriptor(method.getReturnType());
  }

  private String descriptor(TypeMirror type) {
    TypeMirror erased = type.getKind() == TypeKind.ERROR ? type : types.erasure(type);
    return switch (erased.getKind()) {
      case BOOLEAN -> "Z";
      case BYTE -> "B";
      case SHORT -> "S";
      case INT -> "I";
      case LONG -> "J";
      case CHAR -> "C";
      case FLOAT -> "F";
      case DOUBLE -> "D";
      case VOID -> "V";
      case ARRAY -> "[" + descriptor(((ArrayType) erased).getComponentType());
      case DECLARED -> "L" + internal((TypeElement) types.asElement(erased)) + ";";
      default -> "?" + erased;
    };
  }
}
