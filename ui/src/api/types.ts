// Made from aileron/client/records by ui/write_types.py; do not edit.

export interface Adjudicate {
  sample_id: string;
  /** of the package in which it was made */
  lane: number;
}

export interface Algorithm extends AlgorithmBrief {
  description: string;
  /** null of a preset one */
  command: string | null;
  /** the JSON Schema of its parameters */
  parameters: Record<string, unknown>;
  /** whether its models can be served */
  serves: boolean;
  /** of its code */
  files: string[];
  /** points of the contract that it does not keep */
  unmet: string[];
  /** those that name it */
  lifecycles: string[];
  permissions: Record<string, Permission>;
}

export interface AlgorithmBrief {
  name: string;
  display_name: string | null;
  /** shipped with the platform, or installed as a step */
  preset: boolean;
  modality: string;
  /** what its models are for */
  tasks: string[];
  framework: string | null;
  owner: string | null;
  visibility: Visibility;
  /** whether runs may use it */
  online: boolean;
  /** why its document cannot be read */
  problem: string | null;
}

export interface Ancestor {
  tag: string;
  /** what was done to it */
  operation: Record<string, unknown> | null;
  /** false: it was deleted */
  there: boolean;
}

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

export interface AssignPackage {
  /** a person's name */
  annotator: string;
}

export interface AuditPackage {
  /** passed: all is approved; has_errors: it goes back, but for the items that were approved one by one; rejected: the whole package goes back */
  outcome: "passed" | "has_errors" | "rejected";
  comment?: string;
}

export interface BeginDraft {
  dataset: string;
  /** what is added joins the version before */
  joins?: boolean;
  kind?: string | null;
  description?: string;
}

export interface BuildImage {
  name: string;
  description?: string;
  recipe: Recipe;
}

export interface Campaign extends CampaignBrief {
  /** `labels.yaml` as it holds for this campaign */
  spec: Record<string, unknown>;
  annotators: string[];
  reviewers: string[];
  /** between annotators; null without overlap or too early */
  agreement: number | null;
  agreement_measure: string | null;
  /** when what was drawn was last looked at */
  synced: string | null;
  permissions: Record<string, Permission>;
}

export interface CampaignBrief {
  id: number;
  project: string;
  name: string;
  dataset: string;
  version: number;
  task: string;
  tool: string | null;
  state: "open" | "ended";
  samples: number;
  overlap: number;
  items: ItemCounts;
  packages: PackageCounts;
  /** with an approved annotation: what a version gets */
  approved_samples: number;
  /** that cannot be labelled: no version gets them */
  excluded_samples: number;
  /** samples whose annotators do not agree, still open */
  disagreements: number;
  deadline: string | null;
  overdue: boolean;
  created_by: string;
  created: string;
  ended: string | null;
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

export interface ChangeAlgorithm {
  online?: boolean | null;
  /** who may use it: its owner, the project, all; preset is all, and an administrator's to say */
  visibility?: "private" | "project" | "public" | "preset" | null;
}

export interface ChangeDataset {
  /** preset is for administrators */
  visibility?: "private" | "project" | "public" | "preset" | null;
  /** false: no run and no other project uses it */
  online?: boolean | null;
  /** all of them */
  tags?: string[] | null;
}

export interface ChangeJob {
  name: string;
  description?: string;
  spec: JobSpec;
}

export interface ClassChange {
  label: string;
  before: number;
  after: number;
}

export interface CloneJob {
  /** default: the job's with a number behind it */
  name?: string | null;
  /** keep it without running it */
  draft?: boolean;
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

export interface ConditionFact {
  name: string;
  kind: "number" | "text" | "date" | "any";
  /** of a category: its values, at most 200 */
  values: string[];
}

export interface ConnectionBrief {
  name: string;
  display_name: string | null;
  /** postgresql, mysql, sqlite, s3, ftp or webhdfs */
  kind: string;
  /** address, without user and password */
  place: string;
  user: string | null;
  /** where the password is: a variable or a file */
  secret: string | null;
  /** whether it has tables to preview */
  database: boolean;
  permissions: Record<string, Permission>;
}

export interface ConnectionTest {
  name: string;
  ok: boolean;
  sentence: string;
  milliseconds: number;
}

export interface Counts {
  lifecycles: number;
  models: number;
  services: number;
  datasets: number;
}

export interface CreateCampaign {
  dataset: string;
  /** default: the latest */
  version?: number | null;
  /** default: the dataset's with a number behind it */
  name?: string | null;
  /** fields of labels.yaml that are to be others this time */
  spec?: Record<string, unknown>;
}

export interface DataFormat {
  name: string;
  title: Title;
  modality: string;
  /** what it can say, the most common one first */
  tasks: string[];
  /** of an export: option -> its values, the default first */
  options: Record<string, string[]>;
}

export interface Dataset extends DatasetBrief {
  history: DatasetVersion[];
  card: Record<string, unknown> | null;
  /** versions that have a profile and a report */
  profiled: number[];
}

export interface DatasetBrief {
  name: string;
  project: string;
  /** a number for programs that want one */
  id: number | null;
  display_name: string | null;
  modality: string | null;
  task: string | null;
  /** the newest version; null before the first run */
  latest: number | null;
  versions: number;
  /** samples or rows of the newest version */
  rows: number | null;
  /** bytes of the newest version */
  size: number | null;
  /** samples of the rarest class, as a share of the most frequent one's */
  balance: number | null;
  updated: string | null;
  /** who made the first version */
  owner: string | null;
  /** who may see it */
  visibility: "private" | "project" | "public" | "preset";
  /** whether runs and other projects may use it */
  online: boolean;
  tags: string[];
  /** on the asker's own list */
  favourite: boolean;
  /** since when; null if it is there */
  deleted: string | null;
  permissions: Record<string, Permission>;
  /** why its definition cannot be used */
  problem: string | null;
  /** the newest run of its own import */
  last_import: RunBrief | null;
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

export interface DatasetSample {
  sample_id: string;
  split: string | null;
  labels: string[];
  annotated: boolean;
  attributes: Record<string, unknown>;
  /** its bytes are at `medium` */
  has_medium: boolean;
  /** pixels of the upright picture */
  width: number | null;
  height: number | null;
  /** of the medium: JPEG, PNG, WAV, ... */
  format: string | null;
  /** bytes of the medium */
  size: number | null;
  /** how long a recording is */
  seconds: number | null;
  /** of a recording, per second */
  sample_rate: number | null;
  channels: number | null;
  objects: SampleObject[];
  text: string | null;
  pair: string | null;
  tokens: string[];
  /** one per token, in scheme IOB2 */
  tags: string[];
  spans: SampleSpan[];
  relations: SampleRelation[];
  turns: SampleTurn[];
  /** of a recording: what is heard when; of a time series: its ranges */
  segments: SampleSegment[];
  /** of a time series: what its time is */
  time: "date" | "number" | null;
  /** of a time series */
  points: number | null;
  /** time of a series' first point: of dates in seconds since 1970, UTC */
  first: number | null;
  /** time of its last point */
  last: number | null;
}

export interface DatasetVersion {
  /** a number for programs that want one, of all datasets' versions */
  id: number;
  project: string;
  dataset: string;
  version: number;
  tag: string;
  created: string;
  digest: string;
  /** bytes */
  size: number;
  rows: number | null;
  /** of a table */
  columns: number | null;
  /** samples or rows that its import left out */
  refused: number;
  /** what keeps it from being deleted */
  locked: Lock | null;
  /** since when; null if it is there */
  deleted: string | null;
  deleted_by: string | null;
}

export interface Decision {
  run_id: string;
  approved: boolean;
  by: string;
  comment: string;
}

export interface Define {
  /** the fields of dataset.yaml; apiVersion and kind may be left out */
  definition: Record<string, unknown>;
}

export interface Disagreement {
  sample_id: string;
  sample: DatasetSample;
  /** the approved one of each lane, in order */
  lanes: ItemRevision[];
  agreement: number | null;
}

export interface DisagreementPage {
  total: number;
  disagreements: Disagreement[];
}

export interface Draft {
  /** no version has it as its id */
  number: number;
  dataset: string;
  /** whether versions also have the samples of the one before */
  joins: boolean;
  /** what the one who began it calls its kind */
  kind: string | null;
  description: string;
  samples: number;
  /** bytes of the samples */
  size: number;
  begun_by: string;
  begun: string;
  /** when the last import of what was added began */
  due: string | null;
  /** whether it takes samples: the newest of its dataset does */
  open: boolean;
  /** versions up to this number are not of it */
  after: number;
  /** those that were made of it, the newest first */
  versions: number[];
}

export interface DuePackage {
  /** null: no deadline of its own */
  deadline: string | null;
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

export interface ExportFile {
  run_id: string;
  file: string;
  format: string;
  /** bytes */
  size: number;
  /** what the format cannot hold -> why */
  losses: Record<string, unknown>;
}

export interface ExportStart {
  /** coco, voc, csv, parquet, ... */
  format: string;
  /** default: the latest */
  version?: number | null;
  /** of the format */
  options?: Record<string, string>;
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

export interface GitCode {
  /** https:// address, or a repository's path in the workspace */
  url: string;
  /** branch, tag or commit; the commit is recorded */
  revision: string;
  /** the folder of the repository that is the code */
  path: string | null;
  /** a connection that holds the access token */
  connection: string | null;
}

export interface Image {
  name: string;
  versions: ImageVersion[];
  permissions: Record<string, Permission>;
}

export interface ImageBrief {
  name: string;
  description: string;
  /** the newest version that may be used */
  latest: number | null;
  versions: number;
  /** of the newest version */
  state: "building" | "ready" | "refused" | "failed" | "stopped";
  /** where the latest may be used */
  uses: ("job" | "service")[];
  /** pools that have the latest */
  pools: string[];
  created_by: string;
  /** of the newest version */
  created: string;
}

export interface ImagePoint {
  rule: string;
  passed: boolean;
  sentence: string;
}

export interface ImageVersion {
  name: string;
  version: number;
  description: string;
  state: "building" | "ready" | "refused" | "failed" | "stopped";
  /** why it failed or was refused */
  reason: string | null;
  /** what it was made of, as it was asked for */
  recipe: Record<string, unknown>;
  /** the run that builds it */
  run_id: string | null;
  /** of the image's manifest */
  digest: string | null;
  /** bytes, as its layers are packed */
  size: number | null;
  /** the version of Aileron that checked it */
  platform: string | null;
  /** the contract, point by point */
  findings: ImagePoint[];
  /** pool -> what its nodes call it */
  places: Record<string, string>;
  /** its name in an exported tar: what nodes without a registry have it as */
  loaded_as: string | null;
  created_by: string;
  created: string;
  built: string | null;
}

export interface ImportStart {
  /** dotted path of the definition -> value */
  values?: Record<string, unknown>;
  /** read the source again, whatever the cache holds */
  force?: boolean;
}

export interface ItemCounts {
  total: number;
  open: number;
  draft: number;
  labelled: number;
  /** set aside by their annotators, who could not label them */
  aside: number;
  submitted: number;
  approved: number;
  /** set aside, and a reviewer agreed */
  excluded: number;
  rejected: number;
}

export interface ItemPage {
  total: number;
  items: LabelItem[];
}

export interface ItemRevision {
  number: number;
  sample: DatasetSample;
  /** why it cannot be labelled: then nothing is drawn */
  aside: string | null;
  by: string;
  at: string;
  verdict: "approved" | "rejected" | null;
  comment: string | null;
  reviewer: string | null;
}

export interface Job extends JobBrief {
  /** as it was submitted; see `SubmitJob` */
  spec: Record<string, unknown>;
  /** the stage of its run that runs the code */
  node: string;
  /** why it failed or was stopped */
  reason: string | null;
  has_log: boolean;
  has_output: boolean;
  metrics: Record<string, number> | null;
  primary: string | null;
  /** the Git commit of its code */
  commit: string | null;
  mlflow_run_id: string | null;
  mlflow_url: string | null;
  airflow_url: string | null;
  permissions: Record<string, Permission>;
}

export interface JobBrief {
  id: number;
  project: string;
  name: string;
  description: string;
  state: "draft" | "queued" | "running" | "succeeded" | "failed" | "stopped";
  /** it is to end and has not yet */
  stopping: boolean;
  framework: "pytorch" | "sklearn" | "xgboost" | "onnx" | "paddle" | "tensorflow" | "other";
  runner: "process" | "kubernetes";
  /** of runner kubernetes */
  pool: string | null;
  nodes: number;
  /** of runner process; null: not limited */
  memory_mb: number | null;
  created_by: string;
  created: string;
  submitted: string | null;
  /** when its code began to run */
  started: string | null;
  ended: string | null;
  /** for which it has run */
  seconds: number | null;
  /** null: a draft */
  run_id: string | null;
}

export interface JobCode {
  /** id of an upload: one file, a zip or a tar */
  upload: string | null;
  /** a folder or file of the workspace */
  folder: string | null;
  git: GitCode | null;
}

export interface JobCurve {
  name: string;
  /** by step; of very many, some */
  points: JobPoint[];
}

export interface JobData {
  /** `name` or `name@v3` */
  dataset: string | null;
  /** of a dataset: only samples of this part */
  part: "train" | "validation" | "test" | null;
  /** of a dataset: a format of `aileron dataset formats`; default: by kind */
  format: string | null;
  /** id of an upload: one file, a zip or a tar */
  upload: string | null;
  /** a folder or file of the workspace */
  folder: string | null;
}

export interface JobFile {
  /** below ./output, with forward slashes */
  path: string;
  size: number;
}

export interface JobFiles {
  total: number;
  /** bytes of all of them */
  size: number;
  files: JobFile[];
}

export interface JobPage {
  total: number;
  jobs: JobBrief[];
}

export interface JobPoint {
  step: number;
  value: number;
}

export interface JobServing {
  /** the Python file of the code, or of ./output, that has `PredictWrapper`, or `model_fn`, `input_fn` and `output_fn` */
  module: string;
  /** pip requirements of the service, each pinned: `torch==2.13.0` */
  requirements: string[];
  /** a JSON file of the code or of ./output: a request to check it with */
  sample: string | null;
}

export interface JobSpec {
  /** start command, run by bash in the code's folder: `python train.py` */
  command: string;
  /** passed to the command as `--name=value`, in this order */
  parameters: Record<string, unknown>;
  /** what ./output is checked to be */
  framework: "pytorch" | "sklearn" | "xgboost" | "onnx" | "paddle" | "tensorflow" | "other";
  /** the model's file or folder in ./output; default: by framework */
  model_file: string | null;
  /** how the model that the job leaves answers requests */
  serving: JobServing | null;
  /** processes, or pods, that find each other */
  nodes: number;
  /** starts anew, with ./output as it is, after a node died */
  restarts: number;
  /** default: it is in the image */
  code: JobCode | null;
  /** ./train_data: a dataset version, or files */
  train_data: JobData | null;
  /** ./test_data: a dataset version, or files */
  test_data: JobData | null;
  /** environment variables of the command; the plan keeps them, so no secrets */
  env: Record<string, unknown>;
  /** AILERON_SEED */
  seed: number;
  /** longest run time */
  hours: number;
  /** runner process: resident memory */
  memory_mb: number | null;
  runner: "process" | "kubernetes";
  /** runner kubernetes: pool, size, image, ... of each pod */
  resources: PodRequest | null;
}

export interface KeptItem {
  /** what keeps them, as one word for programs */
  because: string;
  /** the same in the asker's language */
  sentence: string;
  count: number;
  /** of all their files; what several share counts for each */
  bytes: number;
}

export interface KeyPoints {
  names: string[];
  skeleton: number[][];
}

export interface LabelItem {
  position: number;
  sample_id: string;
  state: "open" | "draft" | "labelled" | "aside" | "submitted" | "approved" | "excluded" | "rejected";
  /** in the present audit; it holds when that ends */
  verdict: "approved" | "rejected" | null;
  /** skipped in Label Studio */
  skipped: boolean;
  /** why it cannot be labelled; null: it is not aside */
  aside: string | null;
  /** number of the newest; 0: nobody said anything yet */
  revision: number;
  audited: boolean;
  /** names in the newest annotation */
  labels: string[];
  comment: string | null;
  reviewer: string | null;
  seconds: number | null;
}

export interface LabelItemDetail extends LabelItem {
  package: number;
  dataset: string;
  version: number;
  /** as the dataset version has it */
  sample: DatasetSample;
  /** the newest first */
  revisions: ItemRevision[];
  permissions: Record<string, Permission>;
}

export interface LabelPackage {
  id: number;
  campaign: string;
  dataset: string;
  number: number;
  lane: number;
  state: "unassigned" | "assigned" | "labelling" | "submitted" | "auditing" | "returned" | "passed" | "ended";
  annotator: string | null;
  size: number;
  items: ItemCounts;
  /** items of the present audit */
  audited: number;
  /** those of them that have a verdict */
  reviewed: number;
  /** how often it was submitted */
  round: number;
  deadline: string | null;
  overdue: boolean;
  assigned: string | null;
  submitted: string | null;
  finished: string | null;
  /** what the last audit said */
  comment: string | null;
  /** what the asker can do with it now */
  mine: "label" | "audit" | null;
}

export interface LabellingLink {
  url: string;
}

export interface LabellingPerson {
  name: string;
  packages: number;
  /** items that the person labelled */
  items: number;
  approved: number;
  /** times that an item was rejected */
  rejected: number;
  /** verdicts given, as a reviewer */
  reviewed: number;
  /** median time for an item */
  seconds: number | null;
  /** with the consensus; null without overlap */
  agreement: number | null;
}

export interface LabellingSpec {
  dataset: string;
  version: number;
  /** `labels.yaml`, with what it leaves out as the dataset has it */
  spec: Record<string, unknown>;
}

export interface LabellingSync {
  packages: number;
  /** annotations that were new or changed */
  new: number;
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
  kind: "Lifecycle" | "Pipeline" | "Import" | "Operation" | "Export" | "Job" | null;
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

export interface Lineage {
  dataset: string;
  version: number;
  /** the parent first */
  ancestors: Ancestor[];
  runs: LineageRun[];
  models: LineageModel[];
  revisions: LineageRevision[];
  /** project/name of those whose runs used it */
  lifecycles: string[];
}

export interface LineageModel {
  project: string;
  name: string;
  version: number;
  run_id: string;
  champion: boolean;
}

export interface LineageRevision {
  project: string;
  service: string;
  number: number;
  model: string;
  model_version: number;
  live: boolean;
}

export interface LineageRun {
  run_id: string;
  project: string;
  lifecycle: string;
  state: string;
  started: string;
  /** whether it made the version */
  made: boolean;
}

export interface Lock {
  by: string;
  reason: string;
  since: string;
}

export interface LockVersion {
  reason?: string;
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

export interface NewSample {
  /** a picture in Base64; a text; a pair of texts joined by a tab */
  content: string;
  labels?: SampleLabel[];
  /** of a sample that is there: its labels are these, not these as well */
  replace?: boolean;
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

export interface OperationPreview {
  operation: string;
  dataset: string;
  version: number;
  samples: TriedSample[];
}

export interface OperationShape {
  name: string;
  title: Title;
  /** what it does, in the reader's language */
  description: string;
  /** kinds of data it is for; empty: all */
  modalities: string[];
  /** tasks of data it is for; empty: all */
  tasks: string[];
  /** whether `preview` shows what it would make */
  previewable: boolean;
  /** whether it needs a second dataset */
  merges: boolean;
  /** inputs that may come from a file */
  sources: string[];
  form: Form;
}

export interface OperationStart {
  /** merge, sample, filter, relabel, resplit, compact, ... */
  operation: string;
  /** default: the latest */
  version?: number | null;
  /** second dataset of a merge: `name` or `name@v3` */
  other?: string | null;
  /** config of the step */
  options?: Record<string, unknown>;
  /** input of the step -> where its file is */
  sources?: Record<string, Record<string, unknown>>;
}

export interface OperationTry {
  /** prepare_images, augment, ...: a previewable one */
  operation: string;
  /** default: the newest */
  version?: number | null;
  /** config of the step */
  options?: Record<string, unknown>;
  /** samples, taken evenly from all */
  count?: number;
  /** of every random choice, as of a run */
  seed?: number;
}

export interface Overview {
  running: RunBrief[];
  waiting: Approval[];
  broken: Trouble[];
  services: ServiceBrief[];
  counts: Counts;
}

export interface PackageCounts {
  total: number;
  unassigned: number;
  assigned: number;
  labelling: number;
  submitted: number;
  auditing: number;
  returned: number;
  passed: number;
  ended: number;
}

export interface PackagePage {
  total: number;
  packages: LabelPackage[];
}

export interface Permission {
  allowed: boolean;
  needs: Role;
}

export interface PodRequest {
  /** a pool of configs/pools; default: runtime.pool */
  pool: string | null;
  /** a size of the pool; default: the pool's default_size */
  size: string | null;
  /** processor cores */
  cpu: number | null;
  /** memory; more than this ends the pod */
  memory_mb: number | null;
  /** accelerators */
  gpu: number | null;
  /** what the cluster calls an accelerator; one that a size of the pool has */
  gpu_resource: string | null;
  /** size of /dev/shm, part of the memory */
  shm_mb: number | null;
  /** disk for files of the pod */
  ephemeral_mb: number | null;
  /** what the pod runs: an image of one's own (NAME or NAME@v3), or a reference with a registry; default: the pool's */
  image: string | null;
  /** labels of nodes, beside the pool's */
  node_selector: Record<string, string>;
  /** beside the pool's; each names the `key` of a taint */
  tolerations: Toleration[];
  /** one of the pool's `priority_classes`; default: its `priority_class` */
  priority_class: string | null;
  /** claims, beside the pool's volumes; `host_path` is the pool's to give */
  volumes: Volume[];
}

export interface Pool extends PoolBrief {
  all_sizes: PoolSize[];
  nodes: PoolNode[];
  /** the oldest first */
  pods: PoolPod[];
  permissions: Record<string, Permission>;
}

export interface PoolAmount {
  name: "cpu" | "memory_mb" | "gpu" | "pods";
  used: number;
  /** null: not limited */
  quota: number | null;
  /** of the quota; null: not limited */
  free: number | null;
}

export interface PoolBrief {
  name: string;
  display_name: string | null;
  description: string;
  state: "online" | "abnormal";
  /** what is wrong, and what to do */
  reason: string | null;
  /** of the kubeconfig; null: its current one */
  context: string | null;
  /** null: the pool's file cannot be read */
  namespace: string | null;
  sizes: string[];
  slots: PoolSlots | null;
  /** empty: the cluster does not answer */
  amounts: PoolAmount[];
  /** who may use it; empty: every project */
  projects: string[];
  /** the least role that may start runs in it */
  needs: string | null;
}

export interface PoolNode {
  name: string;
  ready: boolean;
  cpu: number;
  memory_mb: number;
  gpu: number;
}

export interface PoolPod {
  kind: "node" | "service";
  name: string | null;
  phase: string;
  cluster_node: string | null;
  made: string;
  cpu: number;
  memory_mb: number;
  gpu: number;
  project: string | null;
  lifecycle: string | null;
  /** of the lifecycle's graph */
  node: string | null;
  run_id: string | null;
  service: string | null;
  revision: number | null;
}

export interface PoolSize {
  name: string;
  description: string;
  /** processor cores */
  cpu: number;
  memory_mb: number;
  /** accelerators */
  gpu: number;
  gpu_resource: string;
  shm_mb: number | null;
  ephemeral_mb: number | null;
  /** whether it is taken where none is named */
  default: boolean;
}

export interface PoolSlots {
  airflow_pool: string;
  /** as the pool's file says */
  slots: number;
  /** null: Airflow does not answer, or has none yet */
  taken: number | null;
}

export interface PortShape {
  kind: string;
  optional: boolean;
  help: string;
}

export interface PreviewColumn {
  name: string;
  type: string;
}

export interface PreviewConnection {
  table?: string | null;
  select?: string | null;
  limit?: number;
}

export interface Promote {
  version: number;
  /** refuse if another became champion since this one was seen */
  expected_fence?: number | null;
}

export interface Publication {
  run_id: string;
  lifecycle: string;
  /** whose approved annotations are new, or changed since */
  samples: number;
  /** left as they are: this campaign published them before */
  published: number;
  /** approved, and not in the dataset's latest version */
  left_out: number;
}

export interface Purge {
  dry_run: boolean;
  purged: PurgedVersion[];
  kept: PurgedVersion[];
  /** files removed from the DVC remote */
  objects: number;
  /** their size */
  bytes: number;
  /** copies removed from the artifact store */
  artifacts: number;
  /** their size, without what others have too */
  artifact_bytes: number;
}

export interface PurgeDatasets {
  /** of this dataset alone */
  name?: string | null;
  /** only say what would be done */
  dry_run?: boolean;
}

export interface PurgedVersion {
  dataset: string;
  version: number;
  tag: string;
  deleted: string | null;
  /** sentences; empty if it goes */
  kept_because: string[];
}

export interface Reason {
  passed: boolean;
  sentence: string;
}

export interface Recipe {
  /** an image of this installation that things are added to: NAME or NAME@v3 */
  base: string | null;
  /** id of an upload: the tar of an image */
  upload: string | null;
  /** address in a registry of configs/images.yaml: HOST/NAME:TAG */
  pull: string | null;
  /** text of a Dockerfile; needs the role operator */
  dockerfile: string | null;
  /** a package a line; `-i URL` is another index */
  pip: string[];
  /** a Debian package a line; needs the role operator */
  apt: string[];
  /** where it may be used: job, service */
  uses: ("job" | "service")[];
  /** pools that get it; default: all of the project's */
  pools: string[];
}

export interface RefusedPage {
  /** its run, which has the zip; null: that is gone */
  run_id: string | null;
  /** how many are known by name */
  listed: number;
  /** whether these are all */
  complete: boolean;
  offset: number;
  samples: RefusedSample[];
}

export interface RefusedSample {
  file: string;
  line: number | null;
  reason: string;
}

export interface RegisterAlgorithm {
  /** the fields of algorithm.yaml; apiVersion and kind may be left out */
  definition: Record<string, unknown>;
  /** id of the upload with its code: one file, a zip or a tar */
  upload: string;
}

export interface Release extends Champion {

}

export interface ReviewItem {
  approved: boolean;
  /** what is wrong; needed for a rejection */
  comment?: string;
  /** number of the one that was looked at; refused if there is a newer one */
  revision?: number | null;
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
  target: "process" | "kubernetes";
  /** of target kubernetes */
  pool: string | null;
  /** pods that are wanted; a process is one */
  replicas: number;
  /** so many pods under load */
  max_replicas: number | null;
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

export interface RowPage {
  dataset: string;
  version: number;
  /** as the card describes them */
  columns: Record<string, unknown>[];
  total: number;
  offset: number;
  ids: string[];
  /** one value per column; null if missing */
  rows: unknown[][];
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
  state: "planned" | "running" | "succeeded" | "failed" | "rejected" | "stopped";
  reason: string | null;
  failed_node: string | null;
  started: string;
  ended: string | null;
  actor: string;
  /** who wants it to end, or wanted that */
  stopping_by: string | null;
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
  /** in which people label for it */
  campaign: string | null;
  has_report: boolean;
  has_validation: boolean;
  /** whether it left samples out: see `refused` */
  has_refused: boolean;
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

export interface SampleBox {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface SampleCount {
  name: string;
  samples: number;
}

export interface SampleLabel {
  name: string;
  /** pixels, of a box; the others as well */
  left?: number | null;
  top?: number | null;
  width?: number | null;
  height?: number | null;
}

export interface SampleObject {
  label: string;
  box: SampleBox;
  /** x and y in turn */
  polygons: number[][];
  /** COCO's compressed run lengths, whole picture */
  mask: string | null;
  points: SamplePoint[];
  crowd: boolean;
  attributes: Record<string, unknown>;
}

export interface SamplePage {
  dataset: string;
  version: number;
  modality: string;
  task: string;
  /** samples that were asked for, on all pages */
  total: number;
  offset: number;
  samples: DatasetSample[];
  /** samples of the version */
  every: number;
  /** samples that nobody has annotated yet */
  waiting: number;
  /** in the order of the card */
  classes: SampleCount[];
  parts: SampleCount[];
  points: Record<string, KeyPoints>;
}

export interface SamplePoint {
  x: number;
  y: number;
  visibility: number;
}

export interface SampleRelation {
  label: string;
  head: number;
  tail: number;
}

export interface SampleSegment {
  label: string;
  start: number;
  end: number;
}

export interface SampleSpan {
  label: string;
  start: number;
  end: number;
}

export interface SampleTurn {
  role: string;
  content: string;
}

export interface Scale {
  replicas: number;
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
  /** serving, updating, stopped, empty, or the state of its revision */
  state: string;
  desired: "running" | "stopped";
  url: string | null;
  /** table or image */
  contract: string | null;
  revision: number | null;
  target: "process" | "kubernetes";
  /** of target kubernetes */
  pool: string | null;
  /** pods that are wanted; a process is one */
  replicas: number;
  /** so many pods under load */
  max_replicas: number | null;
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

export interface SetAside {
  /** why; reviewers read it */
  reason: string;
}

export interface Share {
  kind: "actor" | "project";
  grantee: string;
  right: "read" | "write";
  granted_by: string;
  since: string;
}

export interface ShareDataset {
  kind?: "actor" | "project";
  /** a login's or project's name */
  grantee: string;
  right?: "read" | "write";
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

export interface SubmitJob {
  name: string;
  description?: string;
  spec: JobSpec;
  /** keep it without running it */
  draft?: boolean;
}

export interface SubmitPackage {
  /** also rejected items that are as they were, for they are right */
  unchanged?: boolean;
}

export interface SuggestedClass {
  name: string;
  suggested: number;
  /** people said the same of the same thing */
  kept: number;
  /** what people said in the end, suggested or not */
  final: number;
  /** the share of suggestions that people kept */
  precision: number | null;
  /** the share of what people said that was suggested */
  recall: number | null;
}

export interface SuggestionFigures {
  model_version: string;
  items: number;
  /** items in which nothing was changed */
  unchanged: number;
  /** mean likeness of suggestion and annotation, 0 to 1 */
  agreement: number;
  /** with chance taken off; of samples with one label */
  kappa: number | null;
  /** mean score of those that were not changed */
  score_kept: number | null;
  score_changed: number | null;
  classes: SuggestedClass[];
}

export interface Sweep {
  /** only say what would go */
  dry_run?: boolean;
  /** runs and versions of every project */
  everywhere?: boolean;
  /** a store without an owner is this installation's alone */
  claim?: boolean;
}

export interface Swept {
  dry_run: boolean;
  /** whose runs and versions; null: of every project */
  project: string | null;
  /** nothing went that was written or needed since */
  grace_hours: number;
  /** freed */
  bytes: number;
  going: SweptItem[];
  kept: KeptItem[];
}

export interface SweptItem {
  where: "store" | "dataset_remote" | "mlflow";
  /** an artifact's kind; `file`, `object` or `run` */
  kind: string;
  /** why it goes, as one word for programs */
  why: string;
  /** the same in the asker's language */
  sentence: string;
  count: number;
  /** freed; 0 where MLflow frees them later */
  bytes: number;
}

export interface TablePreview {
  columns: PreviewColumn[];
  rows: ((string | null)[])[];
  /** whether there are more rows */
  more: boolean;
}

export interface Tidied {
  dry_run: boolean;
  /** ids */
  uploads: string[];
  /** numbers of those that lost their samples */
  drafts: number[];
  /** copies of sources elsewhere */
  downloads: number;
  /** freed */
  bytes: number;
}

export interface Tidy {
  /** only say what would go */
  dry_run?: boolean;
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

export interface Toleration {
  key: string | null;
  operator: "Exists" | "Equal";
  value: string | null;
  effect: "NoSchedule" | "PreferNoSchedule" | "NoExecute" | null;
  toleration_seconds: number | null;
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

export interface TriedSample {
  sample_id: string;
  /** both side by side: a PNG of at most 648 x 320, in base64 */
  picture: string;
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

export interface Upload {
  /** what a source names: `source: {upload: ID}` */
  id: string;
  name: string;
  size: number;
  /** bytes that are here */
  offset: number;
  complete: boolean;
  begun: string;
  /** when it is removed unless it goes on */
  expires: string | null;
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

export type Visibility = "private" | "project" | "public" | "preset";

export interface Vocabulary {
  dataset: string;
  version: number;
  /** what conditions may be about */
  facts: ConditionFact[];
  /** of a table */
  columns: string[];
  /** in the order of the card */
  labels: string[];
}

export interface Volume {
  /** where pods see it */
  mount: string;
  /** a PersistentVolumeClaim of the namespace */
  claim: string | null;
  /** a folder of every node, such as a mounted share */
  host_path: string | null;
  /** the part of it that is mounted */
  sub_path: string | null;
  read_only: boolean;
}
