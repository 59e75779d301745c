// Makes what rows name and is not there yet, by a client whose types are those of the OpenAPI document.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

type Schemas = components["schemas"];
interface Placed { tenant_external_id?: string | null }
type TenantRow = Placed & { kind: "tenant", tenant_kind: Schemas["TenantCreate"]["kind"], name: string, external_id: string };
type UserRow = Placed & { kind: "user" } & Schemas["UserCreate"] & { external_id: string };
type GrantRow = Placed & { kind: "grant", user_external_id: string, user_tenant_external_id?: string | null }
  & Required<Pick<Schemas["GrantCreate"], "role" | "scope">>;
interface Asked { url: string, login: Schemas["Login"], rows: (TenantRow | UserRow | GrantRow)[] }

const asked: Asked = JSON.parse(readFileSync(0, "utf8"));
const api = createClient<paths>({ baseUrl: asked.url });
const made: string[] = [];

// What was answered, or the problem as an exception.
function answer<T>({ data, error }: { data?: T, error?: Schemas["Problem"] }): T {
  if (data === undefined)
    throw new Error(`${error?.code} ${error?.request_id}`);
  return data;
}

// Sent again, it is done once: the key names what is sent.
function once(what: unknown) {
  return { "Idempotency-Key": createHash("sha256").update(JSON.stringify(what)).digest("hex") };
}

const session = answer(await api.POST("/v1/login", { body: asked.login }));
if (!("access_token" in session))
  throw new Error(`the login asks for ${session.pending}`);
api.use({ onRequest({ request }) { request.headers.set("Authorization", `Bearer ${session.access_token}`); } });
const me = answer(await api.GET("/v1/me"));

async function tenant(external_id: string | null | undefined): Promise<string> {
  if (!external_id)
    return me.tenant_id;
  const id = await seekTenant(external_id);
  if (!id)
    throw new Error(`no tenant ${external_id}`);
  return id;
}

async function seekTenant(external_id: string) {
  return answer(await api.GET("/v1/tenants", { params: { query: { external_id } } })).items[0]?.id;
}

async function seekUser(at: string, external_id: string) {
  return answer(await api.GET("/v1/tenants/{id}/users", { params: { path: { id: at }, query: { external_id } } })).items[0]?.id;
}

async function putTenant({ name, external_id, tenant_kind, tenant_external_id }: TenantRow) {
  const body = { parent_id: await tenant(tenant_external_id), kind: tenant_kind, name, external_id };
  if (!await seekTenant(external_id))
    made.push(answer(await api.POST("/v1/tenants", { params: { header: once(body) }, body })).id);
}

async function putUser({ kind, tenant_external_id, ...body }: UserRow) {
  const id = await tenant(tenant_external_id);
  if (!await seekUser(id, body.external_id))
    made.push(answer(await api.POST("/v1/tenants/{id}/users", { params: { path: { id }, header: once([id, body]) }, body })).id);
}

async function putGrant(row: GrantRow) {
  const id = await tenant(row.tenant_external_id);
  const principal_id = await seekUser(await tenant(row.user_tenant_external_id), row.user_external_id);
  if (!principal_id)
    throw new Error(`no user ${row.user_external_id}`);
  const held = answer(await api.GET("/v1/users/{id}/grants", { params: { path: { id: principal_id } } })).items;
  const body: Schemas["GrantCreate"] = { principal_id, role: row.role, scope: row.scope };
  if (!held.some(grant => grant.role === row.role && grant.tenant_id === id))
    made.push(answer(await api.POST("/v1/tenants/{id}/grants", { params: { path: { id }, header: once([id, body]) }, body })).id);
}

for (const row of asked.rows) {
  if (row.kind === "tenant")
    await putTenant(row);
  else if (row.kind === "user")
    await putUser(row);
  else
    await putGrant(row);
}
console.log(JSON.stringify({ made }));
