// Brings a provider to what the lines of a file say, by an import job and a client whose types are those of the OpenAPI document.
import { randomUUID } from "node:crypto";
import { createReadStream, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

type Schemas = components["schemas"];
interface Asked { url: string, login: Schemas["Login"], file: string }

const asked: Asked = JSON.parse(readFileSync(0, "utf8"));
const api = createClient<paths>({ baseUrl: asked.url });
const part = 1000000;

// What was answered, or the problem as an exception.
function answer<T>({ data, error }: { data?: T, error?: Schemas["Problem"] }): T {
  if (data === undefined)
    throw new Error(`${error?.code} ${error?.request_id}`);
  return data;
}

const session = answer(await api.POST("/v1/login", { body: asked.login }));
if (!("access_token" in session))
  throw new Error(`the login asks for ${session.pending}`);
api.use({ onRequest({ request }) { request.headers.set("Authorization", `Bearer ${session.access_token}`); } });
const { tenant_id: id } = answer(await api.GET("/v1/me"));

// Sent again, it is done once.
let job = answer(await api.POST("/v1/tenants/{id}/imports", {
  params: { path: { id }, header: { "Idempotency-Key": randomUUID() } }, body: { on_error: "continue" },
}));
const path = { id, import: job.id };
for await (const body of createReadStream(asked.file, { encoding: "latin1", highWaterMark: part }))
  job = answer(await api.PUT("/v1/tenants/{id}/imports/{import}/content", {
    params: { path, query: { offset: job.bytes_received } }, body,
    bodySerializer: text => Buffer.from(text, "latin1"), headers: { "Content-Type": "application/octet-stream" },
  }));

job = answer(await api.POST("/v1/tenants/{id}/imports/{import}/start", { params: { path, header: { "Idempotency-Key": job.id } } }));
while (!job.ended_at) {
  await sleep(200);
  job = answer(await api.GET("/v1/tenants/{id}/imports/{import}", { params: { path } }));
}
const refused = job.counts.refused === 0 ? "" : answer(await api.GET("/v1/tenants/{id}/imports/{import}/results", {
  params: { path, query: { outcome: "refused" } }, parseAs: "text",
}));
console.log(JSON.stringify({ state: job.state, counts: job.counts, refused }));
