// Made from aileron/client/records by ui/write_types.py; do not edit.

export interface Answer {
  approved: boolean;
  comment?: string;
}

export interface Approval {
  run_id: string;
  project: string;
  lifecycle: string;
  airflow_run_id: string;
  node: string;
  /** the headline of the question */
  subject: string;
  model: string | null;
  model_version: number | null;
  /** what the gate said */
  reasons: Reason[];
  asked: string;
  /** who started the run */
  by: string;
  permissions: Record<string, Permission>;
}

export interface Champion {
  version: number;
  fence: number;
  service: string;
  revision: number;
  since: string;
  by: string;
  run_id: string | null;
}

export interface ClassChange {
  label: string;
  before: number;
  after: number;
}

export interface ColumnChange {
  name: string;
  before: Record<string, unknown>;
  after: Record<string, unknown>;
}

export interface ColumnChanges {
  added: string[];
  removed: string[];
  changed: ColumnChange[];
}

export interface Comparison {
  group: "parameter" | "metric" | "dataset" | "version";
  name: string;
  /** one per compared thing, null where it has none */
  values: unknown[];
  differs: boolean;
}

export interface Component extends ComponentBrief {
  inputs: Record<string, PortShape>;
  outputs: Record<string, PortShape>;
  config: Record<string, unknown>;
}

export interface ComponentBrief {
  name: string;
  kind: "component" | "effect" | "wait";
  version: number;
  title: Title;
}

export interface Counts {
  lifecycles: number;
  models: number;
  services: number;
  datasets: number;
}

export interface Dataset extends DatasetBrief {
  history: DatasetVersion[];
  card: Record<string, unknown> | null;
}

export interface DatasetBrief {
  name: string;
  project: string;
  display_name: string | null;
  modality: string | null;
  task: string | null;
  /** the newest version; null before the first run */
  latest: number | null;
  versions: number;
  updated: string | null;
  /** why its definition cannot be used */
  problem: string | null;
}

export interface DatasetDiff {
  dataset: string;
  a: number;
  b: number;
  same: boolean;
  columns: ColumnChanges;
  rows: RowChanges;
  classes: ClassChange[];
}

export interface DatasetVersion {
  dataset: string;
  version: number;
  tag: string;
  created: string;
  digest: string;
  /** bytes */
  size: number;
  rows: number | null;
}

export interface Decision {
  run_id: string;
  approved: boolean;
  by: string;
  comment: string;
}

export interface Event {
  id: number;
  time: string;
  actor: string;
  verb: string;
  subject: string;
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
  correlation: string | null;
}

export interface Feature {
  name: string;
  type: string;
  categories: string[] | null;
  missing_allowed: boolean;
}

export interface Form {
  /** path -> JSON Schema with title, description, default and section */
  properties: Record<string, Record<string, unknown>>;
  order: string[];
}

export interface Lifecycle extends LifecycleBrief {
  stages: StageShape[];
  form: Form;
  model: string | null;
  service: string | null;
  airflow_url: string | null;
  permissions: Record<string, Permission>;
}

export interface LifecycleBrief {
  name: string;
  project: string;
  kind: "Lifecycle" | "Pipeline" | null;
  display_name: string | null;
  description: string;
  dataset: string | null;
  /** a cron line, or the datasets whose new versions start it */
  schedule: string | string[] | null;
  last_run: RunBrief | null;
  next_run: string | null;
  /** why its YAML cannot be used */
  problem: string | null;
}

export interface LogPiece {
  text: string;
  /** give it as `offset` to read on */
  next_offset: number;
  /** nothing more will come */
  ended: boolean;
}

export interface MadeToken extends Token {
  secret: string;
}

export interface Model {
  name: string;
  project: string;
  champion: Champion | null;
  /** the version that a roll-back brings back */
  rollback_to: number | null;
  versions: ModelVersion[];
  releases: Release[];
  permissions: Record<string, Permission>;
}

export interface ModelBrief {
  name: string;
  project: string;
  /** the version that serves */
  champion: number | null;
  /** how many there are */
  versions: number;
  latest: number;
  metrics: Record<string, number> | null;
  primary: string | null;
  service: string | null;
  since: string | null;
  by: string | null;
}

export interface ModelVersion {
  model: string;
  version: number;
  created: string;
  champion: boolean;
  digest: string;
  run_id: string | null;
  dataset_version: string | null;
  metrics: Record<string, number> | null;
  primary: string | null;
  verdict: Verdict | null;
  /** it has a package and is not the champion */
  promotable: boolean;
  has_report: boolean;
  mlflow_version: string | null;
  mlflow_run_id: string | null;
  mlflow_url: string | null;
}

export interface NewToken {
  /** what or whom it is for */
  name: string;
  role: Role;
  /** the only project it is for; null is all */
  project?: string | null;
  /** life time; null is without end */
  days?: number | null;
}

export interface Overview {
  running: RunBrief[];
  waiting: Approval[];
  broken: Trouble[];
  services: ServiceBrief[];
  counts: Counts;
}

export interface Permission {
  allowed: boolean;
  needs: Role;
}

export interface PortShape {
  kind: string;
  optional: boolean;
  help: string;
}

export interface Promote {
  version: number;
  /** refuse if another became champion since this one was seen */
  expected_fence?: number | null;
}

export interface Reason {
  passed: boolean;
  sentence: string;
}

export interface Release extends Champion {

}

export interface Revision {
  number: number;
  model_version: number;
  state: string;
  desired: "running" | "stopped";
  /** its share of the requests */
  weight: number;
  address: string | null;
  pid: number | null;
  started: string;
  updated: string;
  reason: string | null;
  has_log: boolean;
}

export type Role = "viewer" | "annotator" | "developer" | "operator" | "admin";

export interface Rollback {
  /** refuse if another became champion since this one was seen */
  expected_fence?: number | null;
}

export interface RowChanges {
  before: number;
  after: number;
  added: number;
  removed: number;
  /** the same id, another content */
  changed: number;
  kept: number;
}

export interface Run extends RunBrief {
  /** nothing more will happen in it */
  finished: boolean;
  stages: Stage[];
  facts: RunFacts;
  approval: Approval | null;
  permissions: Record<string, Permission>;
}

export interface RunBrief {
  /** project/lifecycle/airflow_run_id */
  run_id: string;
  project: string;
  lifecycle: string;
  airflow_run_id: string;
  /** planned until its first task has run */
  state: "planned" | "running" | "succeeded" | "failed" | "rejected";
  reason: string | null;
  failed_node: string | null;
  started: string;
  ended: string | null;
  actor: string;
}

export interface RunComparison {
  runs: RunBrief[];
  rows: Comparison[];
}

export interface RunFacts {
  /** its tag, project/dataset@v3 */
  dataset_version: string | null;
  model: string | null;
  model_version: number | null;
  metrics: Record<string, number> | null;
  /** the metric that stands for the model */
  primary: string | null;
  mlflow_run_id: string | null;
  mlflow_url: string | null;
  service: string | null;
  service_url: string | null;
  airflow_url: string | null;
  has_report: boolean;
  has_validation: boolean;
}

export interface RunRow extends RunBrief {
  stages: StageBrief[];
  metrics: Record<string, number> | null;
  model_version: number | null;
}

export interface Sample {
  path: string;
  body: unknown;
}

export interface Service extends ServiceBrief {
  champion_fence: number | null;
  /** the newest first */
  revisions: Revision[];
  /** null when the gateway does not answer */
  traffic: Traffic | null;
  schema: ServiceSchema | null;
  permissions: Record<string, Permission>;
}

export interface ServiceBrief {
  name: string;
  project: string;
  model: string;
  /** the version that gets the requests */
  model_version: number | null;
  /** serving, stopped, empty, or the state of its revision */
  state: string;
  desired: "running" | "stopped";
  url: string | null;
  /** table or image */
  contract: string | null;
  revision: number | null;
}

export interface ServiceLog {
  revision: number;
  text: string;
  /** give it as `after` to read on */
  next: number;
}

export interface ServiceSchema {
  contract: string;
  task: string | null;
  features: Feature[];
  classes: unknown[] | null;
  threshold: number | null;
}

export interface Session {
  actor: string;
  role: Role;
  project: string;
  language: "en" | "zh";
  identity: "token" | "airflow" | "local";
  permissions: Record<string, Permission>;
}

export interface SignIn {
  token: string;
}

export interface Stage extends StageBrief {
  step: string;
  title: Title;
  started: string | null;
  ended: string | null;
  reason: string | null;
  attempt: number;
  has_log: boolean;
}

export interface StageBrief {
  node: string;
  state: "pending" | "running" | "waiting" | "succeeded" | "reused" | "failed" | "skipped" | "rejected";
  seconds: number | null;
}

export interface StageShape {
  node: string;
  step: string;
  title: Title;
  group: string | null;
}

export interface Start {
  /** dotted path of a field -> value */
  values?: Record<string, unknown>;
  /** run every step anew, whatever the cache holds */
  force?: boolean;
}

export interface Title {
  en: string;
  zh: string;
}

export interface Token {
  id: string;
  name: string;
  role: Role;
  project: string | null;
  created: string;
  created_by: string;
  expires: string | null;
  revoked: string | null;
  state: "active" | "expired" | "revoked";
}

export interface Traffic {
  requests: number;
  /** answers with a status of 500 or more */
  errors: number;
  /** answers with a status of 400 to 499 */
  refused: number;
  error_rate: number;
  p50_ms: number | null;
  p95_ms: number | null;
  p99_ms: number | null;
  /** null: since the gateway started */
  window_s: number | null;
}

export interface Trouble {
  subject: string;
  kind: "lifecycle" | "run" | "service" | "dataset" | "server";
  sentence: string;
  action: string;
  /** the page, as a path: /lifecycles/NAME */
  link: string | null;
}

export interface Try {
  body: unknown;
  path?: string;
}

export interface TryAnswer {
  status: number;
  body: unknown;
  ms: number;
}

export interface Verdict {
  accepted: boolean;
  reasons: Reason[];
}

export interface VersionComparison {
  model: string;
  a: number;
  b: number;
  rows: VersionRow[];
}

export interface VersionRow {
  group: "parameter" | "metric" | "dataset" | "version";
  name: string;
  a: unknown;
  b: unknown;
  differs: boolean;
}
