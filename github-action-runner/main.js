// SPDX-License-Identifier: Apache-2.0
// Finds Java 17 or newer and starts the program that does the work. Fails no job unless told to.
'use strict';
const fs = require('fs');
const path = require('path');
const env = process.env;
const entries = (dir) => { try { return fs.readdirSync(dir).map((name) => path.join(dir, name)); } catch { return []; } };

// JAVA_HOME, those that hosted runners set, the tool cache, the PATH; the first that is new enough.
function findJava() {
  const set = Object.keys(env).filter((name) => /^JAVA_HOME_\d+/.test(name)).map((name) => env[name]);
  const cached = entries(env.RUNNER_TOOL_CACHE || '').filter((dir) => /^java/i.test(path.basename(dir)))
    .flatMap(entries).flatMap(entries).flatMap((dir) => [dir, path.join(dir, 'Contents', 'Home')]);
  const onPath = (env.PATH || '').split(path.delimiter)
    .map((dir) => path.join(dir, process.platform === 'win32' ? 'java.exe' : 'java'))
    .filter(fs.existsSync).map((java) => path.dirname(path.dirname(fs.realpathSync(java))));
  for (const home of [env.JAVA_HOME, ...set, ...cached, ...onPath].filter(Boolean)) {
    let release = '';
    try { release = fs.readFileSync(path.join(home, 'release'), 'utf8'); } catch { continue; }
    if (Number((/^JAVA_VERSION="(\d+)/m.exec(release) || [])[1]) >= 17) return { command: path.join(home, 'bin', 'java'), release };
  }
}

// The classes as this JVM wants them in memory, kept where the tool cache outlives the job.
function archive(java, jar) {
  if (!env.RUNNER_TOOL_CACHE || env.RUNNER_ENVIRONMENT === 'github-hosted') return { options: [] };
  const { size, mtimeMs } = fs.statSync(jar);
  const name = require('crypto').createHash('sha256').update([java.command, java.release, jar, size, mtimeMs].join('\n')).digest('hex').slice(0, 16);
  const file = path.join(env.RUNNER_TOOL_CACHE, 'changetrail', `${name}.jsa`);
  if (fs.existsSync(file)) return { options: ['-Xshare:auto', '-Xlog:disable', `-XX:SharedArchiveFile=${file}`] };
  try { fs.mkdirSync(path.dirname(file), { recursive: true }); } catch { return { options: [] }; }
  return { options: ['-Xlog:disable', `-XX:ArchiveClassesAtExit=${file}.${process.pid}`], made: `${file}.${process.pid}`, file };
}

exports.run = (part) => {
  const strict = /^true$/i.test(env['INPUT_FAIL-ON-ERROR'] || '');
  const fail = (why) => { console.log(`::${strict ? 'error' : 'warning'} title=Changetrail::nothing is recorded: ${why}`); process.exitCode = strict ? 1 : 0; };
  const java = findJava();
  if (!java) return fail('no Java 17 or newer in JAVA_HOME*, the tool cache or the PATH; put actions/setup-java before this step');
  const jar = ['.', 'target'].map((dir) => path.join(__dirname, dir, 'changetrail-action.jar')).find(fs.existsSync);
  if (!jar) return fail('changetrail-action.jar is missing; use a release tag, or build it with Maven');
  const { options, made, file } = archive(java, jar);
  const ended = require('child_process').spawnSync(java.command, ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', ...options, '-jar', jar, part], { stdio: 'inherit' });
  try { if (made) fs.renameSync(made, file); } catch { /* another job made it, or there is none */ }
  if (ended.status === 10) process.exitCode = 1; // what failed the job is said already
  else if (ended.status !== 0) fail(`Java ended with ${ended.error || ended.signal || ended.status}`);
};

if (require.main === module) exports.run('main');
