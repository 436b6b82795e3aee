// Every route that the pages use, by name and with its types.

import { address, ask, askText, type Request } from "./client";
import type { Profile } from "../samples/profile";
import type * as api from "./types";

const part = encodeURIComponent;

/** `project/lifecycle/airflow_run` as a path; a run's own name may hold any character. */
export function runPath(runId: string): string {
  const [project = "", lifecycle = "", ...rest] = runId.split("/");
  return [project, lifecycle, rest.join("/")].map(part).join("/");
}

type Signal = AbortSignal | undefined;
const get = <T>(path: string, signal: Signal) => ask<T>(path, signal ? { signal } : {});
const post = <T>(path: string, body: unknown, deadline?: number) =>
  ask<T>(path, { method: "POST", body, ...(deadline ? { deadline } : {}) });

/** Longest wait for an action that starts or switches a service. */
const PATIENT = 180_000;

export const session = (signal?: Signal) => get<api.Session>("session", signal);
export const signIn = (token: string) => askText("session", { method: "POST", body: { token } });
export const signOut = () => askText("session", { method: "DELETE" });
export const overview = (signal?: Signal) => get<api.Overview>("overview", signal);
export const events = (limit: number, signal?: Signal) =>
  get<api.Event[]>(`events?limit=${limit}`, signal);

export const lifecycles = (signal?: Signal) => get<api.LifecycleBrief[]>("lifecycles", signal);
export const lifecycle = (name: string, signal?: Signal) =>
  get<api.Lifecycle>(`lifecycles/${part(name)}`, signal);
export const algorithms = (signal?: Signal) => get<api.AlgorithmBrief[]>("algorithms", signal);
export const algorithm = (name: string, signal?: Signal) =>
  get<api.Algorithm>(`algorithms/${part(name)}`, signal);
export const changeAlgorithm = (name: string, body: api.ChangeAlgorithm) =>
  post<api.Algorithm>(`algorithms/${part(name)}`, body);
export const deleteAlgorithm = (name: string) =>
  askText(`algorithms/${part(name)}`, { method: "DELETE" });
export const runs = (name: string, limit: number, signal?: Signal) =>
  get<api.RunRow[]>(`lifecycles/${part(name)}/runs?limit=${limit}`, signal);
export const start = (name: string, body: api.Start) =>
  post<api.RunBrief>(`lifecycles/${part(name)}/runs`, body, PATIENT);
export const compareRuns = (name: string, ids: readonly string[], signal?: Signal) =>
  get<api.RunComparison>(
    `lifecycles/${part(name)}/compare?${ids.map((id) => `run=${part(id)}`).join("&")}`,
    signal,
  );

export const run = (id: string, signal?: Signal) => get<api.Run>(`runs/${runPath(id)}`, signal);
export const stageLog = (id: string, node: string, offset: number, signal?: Signal) =>
  get<api.LogPiece>(`runs/${runPath(id)}/nodes/${part(node)}/log?offset=${offset}`, signal);
export const stopRun = (id: string) => post<api.Run>(`runs/${runPath(id)}/stop`, {}, PATIENT);
export const runReport = (id: string) => address(`runs/${runPath(id)}/report`);
export const runValidation = (id: string) => address(`runs/${runPath(id)}/validation`);
export const approvals = (signal?: Signal) => get<api.Approval[]>("approvals", signal);
export const answer = (id: string, body: api.Answer) =>
  post<api.Decision>(`approvals/${runPath(id)}`, body, PATIENT);

export const models = (signal?: Signal) => get<api.ModelBrief[]>("models", signal);
export const model = (name: string, signal?: Signal) =>
  get<api.Model>(`models/${part(name)}`, signal);
export const compareVersions = (name: string, a: number, b: number, signal?: Signal) =>
  get<api.VersionComparison>(`models/${part(name)}/compare?a=${a}&b=${b}`, signal);
export const versionReport = (name: string, version: number) =>
  address(`models/${part(name)}/versions/${version}/report`);
export const promote = (name: string, body: api.Promote) =>
  post<api.Champion>(`models/${part(name)}/promote`, body, PATIENT);
export const rollback = (name: string, body: api.Rollback) =>
  post<api.Champion>(`models/${part(name)}/rollback`, body, PATIENT);

export const services = (signal?: Signal) => get<api.ServiceBrief[]>("services", signal);
export const service = (name: string, signal?: Signal) =>
  get<api.Service>(`services/${part(name)}`, signal);
export const sample = (name: string, signal?: Signal) =>
  get<api.Sample>(`services/${part(name)}/sample`, signal);
export const tryService = (name: string, body: api.Try) =>
  post<api.TryAnswer>(`services/${part(name)}/try`, body, PATIENT);
export const serviceLog = (name: string, query: URLSearchParams, signal?: Signal) =>
  get<api.ServiceLog>(`services/${part(name)}/logs?${query}`, signal);
export const stopService = (name: string) => post<api.ServiceBrief>(`services/${part(name)}/stop`, {});
export const startService = (name: string) => post<api.ServiceBrief>(`services/${part(name)}/start`, {});
export const scaleService = (name: string, body: api.Scale) =>
  post<api.ServiceBrief>(`services/${part(name)}/scale`, body);
export const deleteService = (name: string) =>
  askText(`services/${part(name)}`, { method: "DELETE" });

/** A job's document goes as the form makes it; the API checks it. */
export interface JobBody {
  name: string;
  description: string;
  spec: Record<string, unknown>;
}

export const jobs = (offset: number, limit: number, signal?: Signal) =>
  get<api.JobPage>(`jobs?offset=${offset}&limit=${limit}`, signal);
export const job = (id: number, signal?: Signal) => get<api.Job>(`jobs/${id}`, signal);
export const submitJob = (body: JobBody & { draft: boolean }) =>
  post<api.Job>("jobs", body, PATIENT);
export const changeJob = (id: number, body: JobBody) =>
  ask<api.Job>(`jobs/${id}`, { method: "PUT", body });
export const startJob = (id: number) => post<api.Job>(`jobs/${id}/submit`, {}, PATIENT);
export const stopJob = (id: number) => post<api.Job>(`jobs/${id}/stop`, {}, PATIENT);
export const deleteJob = (id: number) => askText(`jobs/${id}`, { method: "DELETE" });
export const jobLog = (id: number, offset: number, signal?: Signal) =>
  get<api.LogPiece>(`jobs/${id}/log?offset=${offset}`, signal);
export const jobCurves = (id: number, signal?: Signal) =>
  get<api.JobCurve[]>(`jobs/${id}/curves`, signal);
export const jobFiles = (id: number, signal?: Signal) => get<api.JobFiles>(`jobs/${id}/files`, signal);
export const jobFile = (id: number, path: string) => address(`jobs/${id}/file?path=${part(path)}`);

export const pools = (signal?: Signal) => get<api.PoolBrief[]>("pools", signal);
export const pool = (name: string, signal?: Signal) => get<api.Pool>(`pools/${part(name)}`, signal);
export const syncPool = (name: string) => post<api.Pool>(`pools/${part(name)}/sync`, {}, PATIENT);

export const tokens = (signal?: Signal) => get<api.Token[]>("tokens", signal);
export const createToken = (body: api.NewToken) => post<api.MadeToken>("tokens", body);
export const revokeToken = (id: string) =>
  ask<api.Token>(`tokens/${part(id)}`, { method: "DELETE" });

/** A dataset; one of another project, which was shared, names it. */
export interface Place {
  name: string;
  project?: string | undefined;
}

/** `rest` of a dataset's address, and what is asked of it. */
export function ofDataset(place: Place, rest = "", query: Record<string, unknown> = {}): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...query, project: place.project })) {
    if (value !== undefined && value !== "") params.set(name, String(value));
  }
  const tail = params.size > 0 ? `?${params}` : "";
  return `datasets/${part(place.name)}${rest}${tail}`;
}

const send = <T>(method: Request["method"], path: string, body?: unknown) =>
  ask<T>(path, body === undefined ? { method } : { method, body });

export const datasets = (query: Record<string, string>, signal?: Signal) =>
  get<api.DatasetBrief[]>(`datasets?${new URLSearchParams(query)}`, signal);
export const dataset = (place: Place, deleted: boolean, signal?: Signal) =>
  get<api.Dataset>(ofDataset(place, "", deleted ? { deleted } : {}), signal);
export const datasetDiff = (place: Place, a: number, b: number, signal?: Signal) =>
  get<api.DatasetDiff>(ofDataset(place, "/diff", { a, b }), signal);
export const datasetLineage = (place: Place, version: number, signal?: Signal) =>
  get<api.Lineage>(ofDataset(place, `/versions/${version}/lineage`), signal);
export const samples = (place: Place, query: URLSearchParams, signal?: Signal) =>
  get<api.SamplePage>(ofDataset(place, "/samples", Object.fromEntries(query)), signal);
export const medium = (place: Place, version: number, sample: string, size: "thumb" | "screen" | "full") =>
  address(ofDataset(place, "/medium", { version, sample, size }));
export const series = (place: Place, version: number, sample: string, signal?: Signal) =>
  askText(ofDataset(place, "/medium", { version, sample, size: "full" }), signal ? { signal } : {});
export const rows = (place: Place, query: Record<string, unknown>, signal?: Signal) =>
  get<api.RowPage>(ofDataset(place, "/rows", query), signal);
export const changeDataset = (place: Place, body: api.ChangeDataset) =>
  send<api.DatasetBrief>("PATCH", ofDataset(place), body);
export const favourDataset = (place: Place, favourite: boolean) =>
  send<api.DatasetBrief>(favourite ? "PUT" : "DELETE", ofDataset(place, "/favourite"));
export const deleteDataset = (place: Place) => send<api.DatasetBrief>("DELETE", ofDataset(place));
export const restoreDataset = (place: Place) => post<api.DatasetBrief>(ofDataset(place, "/restore"), {});
export const lockVersion = (place: Place, version: number, reason: string) =>
  post<api.DatasetVersion>(ofDataset(place, `/versions/${version}/lock`), { reason });
export const unlockVersion = (place: Place, version: number) =>
  post<api.DatasetVersion>(ofDataset(place, `/versions/${version}/unlock`), {});
export const deleteVersion = (place: Place, version: number) =>
  send<api.DatasetBrief>("DELETE", ofDataset(place, `/versions/${version}`));
export const restoreVersion = (place: Place, version: number) =>
  post<api.DatasetBrief>(ofDataset(place, `/versions/${version}/restore`), {});
export const shares = (place: Place, signal?: Signal) =>
  get<api.Share[]>(ofDataset(place, "/shares"), signal);
export const shareDataset = (place: Place, body: api.ShareDataset) =>
  post<api.Share[]>(ofDataset(place, "/shares"), body);
export const unshareDataset = (place: Place, share: api.Share) =>
  send<api.Share[]>("DELETE", ofDataset(place, `/shares/${share.kind}/${part(share.grantee)}`));
export const profile = (place: Place, version: number | undefined, signal?: Signal) =>
  get<Profile>(ofDataset(place, "/profile", { version }), signal);
export const datasetReport = (place: Place, version: number, language: string) =>
  address(ofDataset(place, "/report", { version, language }));

export const images = (signal?: Signal) => get<api.ImageBrief[]>("images", signal);
export const image = (name: string, signal?: Signal) =>
  get<api.Image>(`images/${part(name)}`, signal);
export const buildImage = (body: api.BuildImage) =>
  post<api.ImageVersion>("images", body, PATIENT);
const ofImage = (name: string, version: number) => `images/${part(name)}/versions/${version}`;
export const imageLog = (
  name: string,
  version: number,
  node: string,
  offset: number,
  signal?: Signal,
) => get<api.LogPiece>(`${ofImage(name, version)}/log?node=${node}&offset=${offset}`, signal);
export const imageArchive = (name: string, version: number) =>
  address(`${ofImage(name, version)}/archive`);
export const deleteImage = (name: string, version: number) =>
  askText(ofImage(name, version), { method: "DELETE" });

export const connections = (signal?: Signal) => get<api.ConnectionBrief[]>("connections", signal);
export const testConnection = (name: string) =>
  post<api.ConnectionTest>(`connections/${part(name)}/test`, {}, PATIENT);
export const previewConnection = (name: string, body: api.PreviewConnection) =>
  post<api.TablePreview>(`connections/${part(name)}/preview`, body, PATIENT);

export const defineDataset = (definition: Record<string, unknown>) =>
  post<api.DatasetBrief>("datasets", { definition });
export const startImport = (place: Place) =>
  post<api.RunBrief>(ofDataset(place, "/imports"), { values: {}, force: false }, PATIENT);
export const formats = (signal?: Signal) => get<api.DataFormat[]>("formats", signal);
export const operations = (signal?: Signal) => get<api.OperationShape[]>("operations", signal);
export const vocabulary = (place: Place, version: number, signal?: Signal) =>
  get<api.Vocabulary>(ofDataset(place, "/vocabulary", { version }), signal);
export const previewOperation = (place: Place, body: api.OperationTry) =>
  post<api.OperationPreview>(ofDataset(place, "/preview"), body, PATIENT);
export const operate = (place: Place, body: api.OperationStart) =>
  post<api.RunBrief>(ofDataset(place, "/operations"), body, PATIENT);
export const exportDataset = (place: Place, body: api.ExportStart) =>
  post<api.RunBrief>(ofDataset(place, "/exports"), body, PATIENT);
export const exported = (id: string, signal?: Signal) =>
  get<api.ExportFile>(`runs/${runPath(id)}/export`, signal);
export const refusedByRun = (id: string, offset: number, limit: number, signal?: Signal) =>
  get<api.RefusedPage>(`runs/${runPath(id)}/refused/samples?offset=${offset}&limit=${limit}`, signal);
export const refusedSamples = (place: Place, query: Record<string, unknown>, signal?: Signal) =>
  get<api.RefusedPage>(ofDataset(place, "/refused", query), signal);
export const refusedFile = (id: string) => address(`runs/${runPath(id)}/refused/file`);
export const exportFile = (id: string) => address(`runs/${runPath(id)}/export/file`);

const ofCampaign = (name: string, rest = "") => `labelling/campaigns/${part(name)}${rest}`;
const ofPackage = (id: number, rest = "") => `labelling/packages/${id}${rest}`;
const ofItem = (id: number, position: number) => ofPackage(id, `/items/${position}`);
export const campaigns = (ended: boolean, signal?: Signal) =>
  get<api.CampaignBrief[]>(`labelling/campaigns${ended ? "?ended=true" : ""}`, signal);
export const campaign = (name: string, signal?: Signal) =>
  get<api.Campaign>(ofCampaign(name), signal);
export const labellingSpec = (dataset: string, version: string, signal?: Signal) => {
  const query = new URLSearchParams(version ? { dataset, version } : { dataset });
  return get<api.LabellingSpec>(`labelling/spec?${query}`, signal);
};
export const createCampaign = (body: api.CreateCampaign) =>
  post<api.Campaign>("labelling/campaigns", body, PATIENT);
export const distributeCampaign = (name: string) =>
  post<api.Campaign>(ofCampaign(name, "/distribute"), {}, PATIENT);
export const syncCampaign = (name: string) =>
  post<api.LabellingSync>(ofCampaign(name, "/sync"), {}, PATIENT);
export const endCampaign = (name: string) =>
  post<api.Campaign>(ofCampaign(name, "/end"), {}, PATIENT);
export const publishCampaign = (name: string) =>
  post<api.Publication>(ofCampaign(name, "/publish"), {}, PATIENT);
export const labelsFile = (name: string) => address(ofCampaign(name, "/labels"));
export const labellingPeople = (name: string, signal?: Signal) =>
  get<api.LabellingPerson[]>(ofCampaign(name, "/people"), signal);
export const labellingSuggestions = (name: string, signal?: Signal) =>
  get<api.SuggestionFigures[]>(ofCampaign(name, "/suggestions"), signal);
export const disagreements = (name: string, offset: number, limit: number, signal?: Signal) =>
  get<api.DisagreementPage>(ofCampaign(name, `/disagreements?offset=${offset}&limit=${limit}`), signal);
export const adjudicate = (name: string, body: api.Adjudicate) =>
  post<api.Campaign>(ofCampaign(name, "/adjudicate"), body);
export const labelPackages = (query: Record<string, string>, signal?: Signal) =>
  get<api.PackagePage>(`labelling/packages?${new URLSearchParams(query)}`, signal);
export const myLabelling = (signal?: Signal) => get<api.PackagePage>("labelling/mine", signal);
export const labelPackage = (id: number, signal?: Signal) =>
  get<api.LabelPackage>(ofPackage(id), signal);
export const handPackage = (id: number, act: "assign" | "transfer", body: api.AssignPackage) =>
  post<api.LabelPackage>(ofPackage(id, `/${act}`), body, PATIENT);
export const duePackage = (id: number, body: api.DuePackage) =>
  post<api.LabelPackage>(ofPackage(id, "/due"), body);
export const openPackage = (id: number) =>
  post<api.LabellingLink>(ofPackage(id, "/open"), {}, PATIENT);
export const submitPackage = (id: number, body: api.SubmitPackage) =>
  post<api.LabelPackage>(ofPackage(id, "/submit"), body, PATIENT);
export const auditPackage = (id: number, body: api.AuditPackage) =>
  post<api.LabelPackage>(ofPackage(id, "/audit"), body, PATIENT);
export const labelItems = (id: number, query: Record<string, string>, signal?: Signal) =>
  get<api.ItemPage>(`${ofPackage(id, "/items")}?${new URLSearchParams(query)}`, signal);
export const labelItem = (id: number, position: number, signal?: Signal) =>
  get<api.LabelItemDetail>(ofItem(id, position), signal);
export const setItemAside = (id: number, position: number, body: api.SetAside) =>
  post<api.LabelItemDetail>(`${ofItem(id, position)}/aside`, body, PATIENT);
export const takeItemBack = (id: number, position: number) =>
  post<api.LabelItemDetail>(`${ofItem(id, position)}/back`, {}, PATIENT);
export const reviewItem = (id: number, position: number, body: api.ReviewItem) =>
  post<api.LabelItemDetail>(`${ofItem(id, position)}/review`, body);
