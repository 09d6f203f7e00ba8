{{/* Labels of an object: (dict "root" $ "component" "api"). Selectors carry the first two alone; they can never change. */}}
{{- define "bifrost.selector" -}}
app: bifrost
component: {{ .component }}
{{- end }}

{{- define "bifrost.labels" -}}
{{ include "bifrost.selector" . }}
app.kubernetes.io/name: bifrost
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
app.kubernetes.io/part-of: bifrost
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end }}

{{/* (dict "root" $ "part" .Values.api) */}}
{{- define "bifrost.image" -}}
{{- $values := .root.Values.image -}}
{{- if .part.image.digest -}}
{{ $values.registry }}{{ .part.image.repository }}@{{ .part.image.digest }}
{{- else -}}
{{ $values.registry }}{{ .part.image.repository }}:{{ $values.tag | default .root.Chart.AppVersion }}
{{- end -}}
{{- end }}

{{/* What Pod Security "restricted" asks for, and a group that shared folders can be given to. */}}
{{- define "bifrost.podSecurity" -}}
runAsNonRoot: true
runAsUser: 1000
runAsGroup: 1000
fsGroup: 1000
fsGroupChangePolicy: OnRootMismatch
{{- with .Values.supplementalGroups }}
supplementalGroups: {{ toJson . }}
{{- end }}
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "bifrost.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
runAsNonRoot: true
capabilities: {drop: [ALL]}
{{- end }}

{{/* Apart from their like, over nodes and zones, as far as there is room: (dict "root" $ "component" "api" "part" .Values.api) */}}
{{- define "bifrost.placement" -}}
affinity:
  podAntiAffinity:
    preferredDuringSchedulingIgnoredDuringExecution:
      - weight: 100
        podAffinityTerm:
          labelSelector:
            matchLabels: {app: bifrost, component: {{ .component }}}
          topologyKey: kubernetes.io/hostname
topologySpreadConstraints:
  {{- range list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
  - maxSkew: 1
    topologyKey: {{ . }}
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels: {app: bifrost, component: {{ $.component }}}
    matchLabelKeys: [pod-template-hash]
  {{- end }}
{{- with .part.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .part.nodeSelector }}
nodeSelector: {{ toJson . }}
{{- end }}
{{- with .part.tolerations }}
tolerations: {{ toJson . }}
{{- end }}
{{- end }}

{{- define "bifrost.pullSecrets" -}}
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- end }}

{{- define "bifrost.fromConfig" -}}
- name: {{ .name }}
  valueFrom: {configMapKeyRef: {name: bifrost-config, key: {{ .key }}}}
{{- end }}

{{/* How the database is reached: all that a migration needs. */}}
{{- define "bifrost.databaseEnv" -}}
- name: ENVIRONMENT
  value: {{ .Values.environment | quote }}
- name: BIFROST_DATA
  value: /tmp
- name: DATABASE_URL
  valueFrom: {secretKeyRef: {name: {{ .Values.secrets.database }}, key: url}}
{{- if .Values.secrets.databaseCa }}
- name: PGSSLROOTCERT
  value: /etc/bifrost/database-ca/ca.crt
{{- end }}
{{- end }}

{{/* Everything else that API, workers and backups share. */}}
{{- define "bifrost.env" -}}
{{ include "bifrost.databaseEnv" . }}
- name: DATABASE_REPLICA_URLS
  valueFrom: {secretKeyRef: {name: {{ .Values.secrets.database }}, key: replica_urls, optional: true}}
{{ include "bifrost.storeEnv" . }}
{{- if .Values.secrets.redis }}
- name: REDIS_URL
  valueFrom: {secretKeyRef: {name: {{ .Values.secrets.redis }}, key: url}}
{{- else }}
{{ include "bifrost.fromConfig" (dict "name" "REDIS_URL" "key" "redis_url") }}
{{- end }}
{{- range list "log_level" "max_file_size_mb" "cache_ttl_seconds" "allowed_origins" "trusted_proxies" }}
{{ include "bifrost.fromConfig" (dict "name" (upper .) "key" .) }}
{{- end }}
- name: MIGRATE_ON_START
  value: "false"
{{- if .Values.cache.enabled }}
- name: SHARED_CACHE_ROOT
  value: /var/cache/bifrost
- name: SHARED_CACHE_SIZE_MB
  value: {{ .Values.cache.useMb | quote }}
{{- end }}
{{- if .Values.projects.claim }}
- name: PROJECTS_ROOT
  value: /mnt/projects
{{- end }}
{{- end }}

{{- define "bifrost.storeEnv" -}}
{{- range list "s3_bucket" "s3_endpoint" "s3_public_endpoint" "s3_region" }}
{{ include "bifrost.fromConfig" (dict "name" (upper .) "key" .) }}
{{- end }}
{{- if .Values.secrets.s3 }}
- name: S3_ACCESS_KEY_ID
  valueFrom: {secretKeyRef: {name: {{ .Values.secrets.s3 }}, key: access_key_id}}
- name: S3_SECRET_ACCESS_KEY
  valueFrom: {secretKeyRef: {name: {{ .Values.secrets.s3 }}, key: secret_access_key}}
{{- end }}
{{- end }}

{{- define "bifrost.databaseCaMount" -}}
{{- if .Values.secrets.databaseCa }}
- name: database-ca
  mountPath: /etc/bifrost/database-ca
  readOnly: true
{{- end }}
{{- end }}

{{- define "bifrost.databaseCaVolume" -}}
{{- if .Values.secrets.databaseCa }}
- name: database-ca
  secret: {secretName: {{ .Values.secrets.databaseCa }}}
{{- end }}
{{- end }}

{{- define "bifrost.mounts" -}}
- name: tmp
  mountPath: /tmp
{{ include "bifrost.databaseCaMount" . }}
{{- if .Values.cache.enabled }}
- name: cache
  mountPath: /var/cache/bifrost
{{- end }}
{{- if .Values.projects.claim }}
- name: projects
  mountPath: /mnt/projects
{{- end }}
{{- end }}

{{/* (dict "root" $ "scratch" "2Gi") */}}
{{- define "bifrost.volumes" -}}
- name: tmp
  emptyDir: {sizeLimit: {{ .scratch }}}
{{ include "bifrost.databaseCaVolume" .root }}
{{- if .root.Values.cache.enabled }}
- name: cache
  persistentVolumeClaim: {claimName: {{ .root.Values.cache.claim }}}
{{- end }}
{{- if .root.Values.projects.claim }}
- name: projects
  persistentVolumeClaim: {claimName: {{ .root.Values.projects.claim }}}
{{- end }}
{{- end }}

{{/* Edited settings and secrets of the chart roll the pods. */}}
{{- define "bifrost.checksums" -}}
checksum/config: {{ toJson .Values.config | sha256sum }}
{{- if .Values.secrets.create }}
checksum/secret: {{ toJson .Values.secrets.values | sha256sum }}
{{- end }}
{{- if .Values.monitoring.annotations }}
prometheus.io/scrape: "true"
prometheus.io/path: /metrics
prometheus.io/port: "9090"
{{- end }}
{{- end }}

{{- define "bifrost.disruption" -}}
{{- if and (hasKey . "minAvailable") (ne (toString .minAvailable) "<nil>") }}
minAvailable: {{ .minAvailable }}
{{- else }}
maxUnavailable: {{ .maxUnavailable }}
{{- end }}
{{- end }}

{{/* What the schema can't say. Every template with a pod includes it, so that it can't be left out with --show-only. */}}
{{- define "bifrost.validate" -}}
{{- $v := .Values -}}
{{- range list "api" "worker" -}}
{{- $part := index $v . -}}
{{- if and $part.autoscaling.enabled (gt (int $part.autoscaling.minReplicas) (int $part.autoscaling.maxReplicas)) -}}
{{- fail (printf "%s.autoscaling.minReplicas (%d) is more than maxReplicas (%d); make it at most that." . (int $part.autoscaling.minReplicas) (int $part.autoscaling.maxReplicas)) -}}
{{- end -}}
{{- end -}}
{{- range list "api" "worker" "web" -}}
{{- $part := index $v . -}}
{{- $least := int $part.replicas -}}
{{- if and (hasKey $part "autoscaling") $part.autoscaling -}}{{- if $part.autoscaling.enabled -}}{{- $least = int $part.autoscaling.minReplicas -}}{{- end -}}{{- end -}}
{{- $min := $part.disruption.minAvailable -}}
{{- if and (ne (toString $min) "<nil>") (ge (int $min) $least) (gt $least 0) -}}
{{- fail (printf "%s.disruption.minAvailable (%d) leaves no pod of %d that a node could give up, so nodes could never be emptied; make it smaller or set maxUnavailable." . (int $min) $least) -}}
{{- end -}}
{{- end -}}
{{- if not $v.secrets.database -}}
{{- fail "secrets.database is empty: name the secret whose key `url` is DATABASE_URL (or set secrets.create for trying out)." -}}
{{- end -}}
{{- if and $v.secrets.create (eq $v.environment "production") -}}
{{- fail "secrets.create is for trying out: in production make the secrets by hand or with a secrets operator, and name them in secrets.database and secrets.s3." -}}
{{- end -}}
{{- if $v.secrets.create -}}
{{- range list "s3_access_key_id" "s3_secret_access_key" -}}
{{- if and $v.secrets.s3 (not (index $v.secrets.values .)) -}}
{{- fail (printf "secrets.create is set, but secrets.values.%s is missing." .) -}}
{{- end -}}
{{- end -}}
{{- if and $v.postgresql.enabled (not $v.secrets.values.database_password) -}}
{{- fail "secrets.create and postgresql.enabled are set, but secrets.values.database_password is missing." -}}
{{- end -}}
{{- if and (not $v.postgresql.enabled) (not $v.secrets.values.database_url) -}}
{{- fail "secrets.create is set without the chart's own PostgreSQL, but secrets.values.database_url is missing." -}}
{{- end -}}
{{- end -}}
{{- if eq $v.environment "production" -}}
{{- if eq (lower $v.config.log_level) "debug" -}}
{{- fail "config.log_level is DEBUG, which production refuses: requests would be logged with what is in them." -}}
{{- end -}}
{{- range splitList "," $v.config.allowed_origins -}}
{{- if and . (not (hasPrefix "https://" (trim .))) -}}
{{- fail (printf "config.allowed_origins has %s, which is not https; production refuses it." (trim .)) -}}
{{- end -}}
{{- end -}}
{{- if and $v.ingress.enabled (not (hasPrefix "https://" $v.web.apiUrl)) -}}
{{- fail (printf "web.apiUrl is %s; in production it must be https." $v.web.apiUrl) -}}
{{- end -}}
{{- end -}}
{{- if and $v.redis.enabled $v.external.redis -}}
{{- fail "redis.enabled and external.redis both make the service bifrost-redis; choose one." -}}
{{- end -}}
{{- end }}
