// What a program does with the API by the generated types: node journey.js URL
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

declare const process: { argv: string[] };

const baseUrl = process.argv[2];
if (!baseUrl) throw new Error("Say where the server is.");
const email = `typescript-${Date.now()}@example.com`;
const password = "four plain words here";

const anyone = createClient<paths>({ baseUrl });
const signUp = await anyone.POST("/auth/signup", { body: { email, password } });
const account = must(signUp.data, signUp.error);
const logIn = await anyone.POST("/auth/login", { body: { username: email, password } });
const session = must(logIn.data, logIn.error);
const role: components["schemas"]["Role"] = session.role;
check(role === "user" && session.user_id === account.id, "The session is the account's.");

const api = createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${session.access_token}` } });
const opened = await api.POST("/api/v1/cases", { body: { issue_description: "The pump shows E4.", title: "Pump" } });
const mine = must(opened.data, opened.error);
check(mine.status === "open" && mine.assignee_id === null && mine.closed_at === null, "A new case is open, nobody's, and not closed.");
check(opened.response.headers.get("Location") === `/api/v1/cases/${mine.id}`, "Location says where it is.");

const params = { path: { id: mine.id } };
const posted = await api.POST("/api/v1/cases/{id}/messages", { params, body: { content: "It beeps, too.", client_token: "first" } });
check(must(posted.data, posted.error).attachments.length === 0, "The message has no files.");
const list = await api.GET("/api/v1/cases/{id}/messages", { params: { ...params, query: { role: "user", limit: 10, format: "html" } } });
const page = must(list.data, list.error);
check(page.next_cursor === null && page.items[0]?.content === "It beeps, too.", "The message is on the only page.");
check(page.items[0]?.content_html?.includes("beeps") === true, "With format=html it is there as HTML.");

const refused = await api.POST("/api/v1/cases", { body: { issue_description: "" } });
check(refused.error?.code === "validation_failed" && "issue_description" in (refused.error.errors ?? {}), "A refusal names the field.");
const closed = await api.PUT("/api/v1/cases/{id}/close", { params });
check(must(closed.data, closed.error).closed_at !== null, "The case is closed.");
console.log(`TypeScript: signed up, logged in, opened, posted, read and closed ${mine.id}.`);

function must<T>(data: T | undefined, error: unknown): T {
  if (data === undefined) throw new Error(`The server refused: ${JSON.stringify(error)}`);
  return data;
}

function check(holds: boolean, what: string): void {
  if (!holds) throw new Error(`Not so: ${what}`);
}
