{{/* Which pods belong together. (dict "name" resource "root" $) */}}
{{- define "suite.selector" -}}
app.kubernetes.io/name: {{ .name }}
app.kubernetes.io/part-of: intervision
{{- end }}

{{- define "suite.labels" -}}
{{ include "suite.selector" . }}
app.kubernetes.io/version: {{ .root.Values.image.tag | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version }}
{{- end }}

{{- define "suite.image" -}}
{{ with .root.Values.image.registry }}{{ . }}/{{ end }}{{ .service.image }}:{{ .root.Values.image.tag }}
{{- end }}

{{/* Secrets first: Kubernetes puts $(NAME) only into variables that come later. (dict "what" map "service" service "root" $) */}}
{{- define "suite.env" -}}
{{- range $variable, $source := .what.secrets }}
- name: {{ $variable }}
  valueFrom:
    secretKeyRef:
      name: {{ if eq $source.from "broker" }}{{ $.root.Values.rabbitmq.userSecret }}{{ else if eq $source.from "owner" }}{{ $.service.migration.ownerSecret }}{{ else }}{{ $.service.existingSecret }}{{ end }}
      key: {{ $source.key }}
      {{- with $source.optional }}
      optional: {{ . }}
      {{- end }}
{{- end }}
{{- range $variable, $text := .what.env }}
- name: {{ $variable }}
  value: {{ tpl (toString $text) $.root | quote }}
{{- end }}
{{- end }}

{{- define "suite.podSecurity" -}}
runAsNonRoot: true
runAsUser: 1654
runAsGroup: 1654
fsGroup: 1654
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "suite.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}

{{/* A pod that runs one command of a service to its end. (dict "name" container "args" list "what" whose environment "filesFrom" Secret or nil "service" service "root" $) */}}
{{- define "suite.command" -}}
restartPolicy: Never
automountServiceAccountToken: false
enableServiceLinks: false
securityContext: {{- include "suite.podSecurity" .root | nindent 2 }}
{{- with .root.Values.image.pullSecret }}
imagePullSecrets:
  - name: {{ . }}
{{- end }}
containers:
  - name: {{ .name }}
    image: {{ include "suite.image" . | quote }}
    imagePullPolicy: {{ .root.Values.image.pullPolicy }}
    args: {{ toJson .args }}
    securityContext: {{- include "suite.containerSecurity" .root | nindent 6 }}
    env: {{- include "suite.env" . | trim | nindent 6 }}
    resources: {{- toYaml .service.resources | nindent 6 }}
    volumeMounts:
      - { name: tmp, mountPath: /tmp }
      - { name: postgres-ca, mountPath: /etc/postgres, readOnly: true }
      {{- if .filesFrom }}
      - { name: files, mountPath: /etc/intervision/errand, readOnly: true }
      {{- end }}
volumes:
  - name: tmp
    emptyDir: {}
  - name: postgres-ca
    secret:
      secretName: {{ .root.Values.postgres.cluster }}-ca
      items:
        - { key: ca.crt, path: ca.crt }
  {{- with .filesFrom }}
  - name: files
    secret:
      secretName: {{ . }}
      defaultMode: 0440
  {{- end }}
{{- end }}
