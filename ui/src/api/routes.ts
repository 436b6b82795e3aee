// Every route that the pages use, by name and with its types.

import { address, ask, askText } from "./client";
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

export const tokens = (signal?: Signal) => get<api.Token[]>("tokens", signal);
export const createToken = (body: api.NewToken) => post<api.MadeToken>("tokens", body);
export const revokeToken = (id: string) =>
  ask<api.Token>(`tokens/${part(id)}`, { method: "DELETE" });

export const datasets = (signal?: Signal) => get<api.DatasetBrief[]>("datasets", signal);
export const dataset = (name: string, signal?: Signal) =>
  get<api.Dataset>(`datasets/${part(name)}`, signal);
export const datasetDiff = (name: string, a: number, b: number, signal?: Signal) =>
  get<api.DatasetDiff>(`datasets/${part(name)}/diff?a=${a}&b=${b}`, signal);
