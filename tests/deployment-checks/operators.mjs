// CloudNativePG, its barman-cloud plugin and RabbitMQ's cluster operator: the fields that the charts use, as their API
// references describe them. No package carries their resource definitions; a field that is not here is refused.
const text = { type: 'string', minLength: 1 };
const quantity = { type: 'string', pattern: '^[0-9]+(m|Ki|Mi|Gi|Ti)?$' };
const of = (properties, required = Object.keys(properties)) => ({ type: 'object', additionalProperties: false, required, properties });
const metadata = { type: 'object', additionalProperties: false, required: ['name'], properties: { name: text, labels: { type: 'object' }, annotations: { type: 'object' } } };
const object = (apiVersion, kind, spec) => of({ apiVersion: { const: apiVersion }, kind: { const: kind }, metadata, spec });
const resources = of({ requests: of({ cpu: quantity, memory: quantity }), limits: of({ memory: quantity }) });
const named = of({ name: text });
const key = of({ name: text, key: text });
const compression = of({ compression: { enum: ['gzip', 'bzip2', 'snappy', 'lz4', 'zstd', 'xz'] } });

export const operatorSchemas = {
  'postgresql.cnpg.io/v1 Cluster': object('postgresql.cnpg.io/v1', 'Cluster', of({
    instances: { type: 'integer', minimum: 1 },
    imageName: text,
    enableSuperuserAccess: { type: 'boolean' },
    primaryUpdateStrategy: { enum: ['unsupervised', 'supervised'] },
    bootstrap: of({ initdb: of({ database: text, owner: text, encoding: text, localeCType: text, localeCollate: text }) }),
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
  })),
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
      s3Credentials: of({ accessKeyId: key, secretAccessKey: key }), wal: compression, data: compression,
    }, ['destinationPath', 's3Credentials', 'wal', 'data']),
  })),
  'rabbitmq.com/v1beta1 RabbitmqCluster': object('rabbitmq.com/v1beta1', 'RabbitmqCluster', of({
    replicas: { type: 'integer', minimum: 1 },
    image: text,
    persistence: of({ storage: quantity, storageClassName: text }, ['storage']),
    resources,
    tls: of({ secretName: text }),
    affinity: { type: 'object' },
    rabbitmq: of({ additionalPlugins: { type: 'array', items: text }, additionalConfig: text }),
  }, ['replicas', 'persistence', 'resources', 'affinity', 'rabbitmq'])),
};
