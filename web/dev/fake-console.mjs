/**
 * The console API without a service: for working on the console and for its screenshots.  Not shipped.
 *
 *   node dev/fake-console.mjs [--port 8010] [--quiet] [--insecure] [--bot training|failed] [--delay 200]
 *
 * Log in as lin (supervisor), chen or emma (agents), he (staff), liu (trainer) or admin, with any password of three
 * letters or more.  `--quiet` stops the invented visitors.  It also serves dist/console, if that was built.
 * POST /fake/{say,drop,break,heal,other} plays faults: see the end of this file.
 */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { WebSocketServer } from "ws";

import * as data from "./fake-data.mjs";

const { values: options } = parseArgs({
  options: {
    port: { type: "string", default: "8010" },
    quiet: { type: "boolean", default: false },
    insecure: { type: "boolean", default: false },
    bot: { type: "string", default: "ready" },
    delay: { type: "string", default: "30" },
  },
});
const dist = fileURLToPath(new URL("../dist/", import.meta.url));
const now = () => new Date().toISOString();
const sessions = new Map();
const tickets = new Map();
const blobs = new Map();
const streams = new Map(data.people.map((person) => [person.id, []]));
const sockets = new Set();
const byClientId = new Map();
/** `fail` answers 503, `lose` does the work and then cuts the line, `hang` never answers. */
let broken = null;
const bot = {
  stage: options.bot,
  detail:
    options.bot === "training"
      ? "DIETClassifier, epoch 41/100"
      : options.bot === "failed"
        ? "config.yml: unknown component"
        : null,
  percent: options.bot === "training" ? 41 : null,
  at: now(),
};

class Refusal extends Error {
  constructor(status, code, message = "", more = {}) {
    super(code);
    Object.assign(this, { status, code, words: message, more });
  }
}

// ---- what the calls work on ------------------------------------------------------------------------------------

const find = (id) => data.conversations.find((one) => one.id === id) ?? refuse(404, "not_found");
function refuse(status, code, message, more) {
  throw new Refusal(status, code, message, more);
}
const meOf = (person) => ({
  id: person.id,
  username: person.username,
  name: person.name,
  avatar: person.avatar,
  role: person.role,
  language: person.language,
  availability: person.availability,
  capacity: person.capacity,
  open: openOf(person),
  groups: person.groups,
});
const openOf = (person) =>
  data.conversations.filter((one) => one.state === "agent" && one.agent?.id === person.id).length;
const isLead = (person) => person.role === "supervisor" || person.role === "admin";
const boardAgents = () =>
  data.people
    .filter((person) => !person.disabled && ["agent", "supervisor"].includes(person.role))
    .map((person) => ({
      id: person.id,
      name: person.name,
      avatar: person.avatar,
      role: person.role,
      availability: person.availability,
      live: person.live,
      open: openOf(person),
      capacity: person.capacity,
      groups: person.groups,
    }));
const queue = () =>
  data.conversations
    .filter((one) => one.state === "waiting")
    .sort(
      (left, right) =>
        right.priority - left.priority || left.waiting_since.localeCompare(right.waiting_since),
    )
    .map((one, index) => ({
      ...one,
      position: index + 1,
      waiting_s: Math.round((Date.now() - Date.parse(one.waiting_since)) / 1000),
    }));

function inView(person, view, one) {
  if (view === "mine") return one.state === "agent" && one.agent?.id === person.id;
  if (view === "queue") return one.state === "waiting";
  if (view === "closed") return one.state === "closed" && (isLead(person) || one.agent?.id === person.id);
  return one.state !== "closed" && (isLead(person) || one.state === "waiting" || one.agent?.id === person.id);
}

function listConversations(person, query) {
  const wanted = (query.get("q") ?? "").toLowerCase();
  const channel = query.get("channel");
  const view = query.get("view") ?? "mine";
  const found = data.conversations
    .filter((one) => inView(person, view, one))
    .filter((one) => !channel || one.channel === channel)
    .filter(
      (one) =>
        !wanted ||
        `${one.visitor.name} ${one.last?.excerpt} ${JSON.stringify(data.messagesOf.get(one.id).map((message) => message.content.text))}`
          .toLowerCase()
          .includes(wanted),
    )
    .sort((left, right) =>
      view === "queue"
        ? left.waiting_since.localeCompare(right.waiting_since)
        : right.last.at.localeCompare(left.last.at),
    );
  const from = Number(query.get("cursor") ?? 0);
  const limit = Number(query.get("limit") ?? 50);
  const count = (name) => data.conversations.filter((one) => inView(person, name, one)).length;
  return {
    items: found.slice(from, from + limit),
    next: from + limit < found.length ? String(from + limit) : null,
    counts: { mine: count("mine"), queue: count("queue"), all: count("all") },
  };
}

function detail(person, one) {
  const isOwner = one.state === "agent" && one.agent?.id === person.id;
  const isOpen = one.state !== "closed";
  const may = isOpen && (isOwner || isLead(person));
  return {
    conversation: one,
    visitor: data.visitors.get(one.visitor.id),
    packet: data.packets.get(one.id) ?? null,
    services: data.services.get(one.id),
    tickets: data.tickets.filter((ticket) => ticket.conversation_id === one.id).map(ticketSummary),
    may: {
      reply: isOwner,
      accept: one.state === "waiting" || one.state === "bot",
      transfer: may,
      close: may,
      return_to_bot: may && one.state !== "bot",
    },
  };
}

function page(one, query) {
  const own = data.messagesOf.get(one.id);
  const all =
    query.get("scope") === "visitor"
      ? data.conversations
          .filter((other) => other.visitor.id === one.visitor.id)
          .flatMap((other) => data.messagesOf.get(other.id))
          .sort((left, right) => left.position - right.position)
      : own;
  const before = Number(query.get("before") ?? Infinity);
  const limit = Number(query.get("limit") ?? 50);
  const found = all.filter((message) => message.position < before);
  return { messages: found.slice(-limit), has_more: found.length > limit };
}

function post(one, author, content, more = {}) {
  const list = data.messagesOf.get(one.id);
  const message = {
    id: data.newId(),
    conversation_id: one.id,
    position: (list.at(-1)?.position ?? 0) + 1,
    seq: more.internal ? null : (list.at(-1)?.position ?? 0) + 1,
    internal: false,
    author,
    content,
    channel: one.channel,
    client_id: null,
    created_at: now(),
    delivered: author.kind === "agent",
    read: false,
    nlu: null,
    ...more,
  };
  list.push(message);
  one.last = {
    excerpt: data.excerptOf(content),
    author: author.kind,
    at: message.created_at,
    position: message.position,
  };
  if (author.kind === "visitor") one.unread += 1;
  else if (author.kind === "agent") one.unread = 0;
  tellMessage(one, message);
  return message;
}

function tellMessage(one, message) {
  if (one.agent) publish(one.agent.id, "message", { message, conversation: { ...one } });
  for (const socket of sockets)
    if (socket.watching === one.id && socket.person.id !== one.agent?.id)
      push(socket, { type: "watch", message });
}

const event = (one, name, zh, en) =>
  post(
    one,
    { kind: "system", id: null, name: "", avatar: null },
    { type: "event", name, data: {}, text: { zh, en } },
  );

function change(one, part, why) {
  const before = one.agent?.id;
  Object.assign(one, part, { version: one.version + 1 });
  if (before && before !== one.agent?.id) publish(before, "unassigned", { conversation: { ...one }, why });
  if (one.agent) publish(one.agent.id, "conversation", { conversation: { ...one } });
  broadcast({ type: "queue", waiting: queue().length, items: queue() });
  broadcast({ type: "presence", agents: boardAgents() });
  return one;
}

function assign(one, person, how) {
  const old = one.agent?.id;
  change(
    one,
    { state: "agent", agent: data.refOf(person), assigned_at: now(), waiting_since: null },
    how === "transfer" ? "transfer" : "takeover",
  );
  void old;
  publish(person.id, "assigned", { conversation: { ...one }, packet: data.packets.get(one.id) ?? null, how });
  data.services.get(one.id).push({
    id: data.newId(),
    agent: data.refOf(person),
    started_at: now(),
    first_reply_at: null,
    ended_at: null,
    end_reason: null,
    rating: null,
  });
  event(one, "agent_joined", `${person.name} 加入了会话`, `${person.name} has joined`);
  return one;
}

const ticketSummary = ({
  number,
  type,
  title,
  state,
  priority,
  department,
  assignee,
  visitor,
  created_at,
  updated_at,
}) => ({ number, type, title, state, priority, department, assignee, visitor, created_at, updated_at });

function listTickets(person, query) {
  const matches = (name, value) => !query.get(name) || query.get(name).split(",").includes(value);
  const assignee = query.get("assignee");
  const wanted = (query.get("q") ?? "").toLowerCase();
  const found = data.tickets.filter(
    (ticket) =>
      matches("state", ticket.state) &&
      matches("type", ticket.type) &&
      matches("priority", ticket.priority) &&
      matches("department_id", ticket.department?.id) &&
      (!assignee ||
        (assignee === "none"
          ? !ticket.assignee
          : ticket.assignee?.id === (assignee === "me" ? person.id : assignee))) &&
      (!wanted || `${ticket.number} ${ticket.title} ${ticket.visitor?.name}`.toLowerCase().includes(wanted)),
  );
  found.sort((left, right) => right.updated_at.localeCompare(left.updated_at));
  const from = Number(query.get("cursor") ?? 0);
  const limit = Number(query.get("limit") ?? 30);
  const isOpen = (ticket) => !["resolved", "closed"].includes(ticket.state);
  return {
    items: found.slice(from, from + limit).map(ticketSummary),
    next: from + limit < found.length ? String(from + limit) : null,
    counts: {
      open: data.tickets.filter(isOpen).length,
      mine: data.tickets.filter((ticket) => isOpen(ticket) && ticket.assignee?.id === person.id).length,
      unassigned: data.tickets.filter((ticket) => isOpen(ticket) && !ticket.assignee).length,
    },
  };
}

function note(ticket, person, kind, details, isPublic = false) {
  ticket.timeline.push({
    id: data.newId(),
    at: now(),
    actor: { kind: "agent", name: person.name },
    kind,
    data: details,
    public: isPublic,
  });
  ticket.updated_at = now();
  ticket.version += 1;
}

function changeTicket(person, ticket, body) {
  if (body.version !== ticket.version) refuse(409, "changed");
  for (const name of ["state", "priority", "title"]) {
    if (body[name] === undefined || body[name] === ticket[name]) continue;
    note(ticket, person, name, { before: ticket[name], after: body[name] }, name === "state");
    ticket[name] = body[name];
  }
  if (body.assignee_id !== undefined) {
    ticket.assignee = data.refOf(data.people.find((one) => one.id === body.assignee_id));
    note(ticket, person, "assignee", { after: ticket.assignee });
  }
  if (body.department_id) {
    const found = data.departments.find((one) => one.id === body.department_id);
    ticket.department = { id: found.id, name: found.name };
    note(ticket, person, "department", { after: { id: found.id, name: found.name } });
  }
  return ticket;
}

function board() {
  const waiting = queue();
  return {
    with_bot: data.conversations.filter((one) => one.state === "bot").length,
    waiting: waiting.length,
    longest_wait_s: waiting.length ? Math.max(...waiting.map((one) => one.waiting_s)) : null,
    in_service: data.conversations.filter((one) => one.state === "agent").length,
    agents: boardAgents(),
    today: {
      conversations: 318,
      handoffs: 74,
      bot_resolved_share: 0.768,
      first_response_median_s: 21,
      csat: 4.6,
      rated: 52,
      tickets_opened: 19,
    },
    at: now(),
  };
}

// ---- the table of calls ----------------------------------------------------------------------------------------

const mine = (person, one) =>
  (one.agent?.id === person.id && one.state === "agent") ||
  refuse(409, "not_owner", "这个会话已经不由您负责。");
const collection = (list, name) => ({
  [`GET /${name}`]: () => ({ items: list, next: null }),
  [`POST /${name}`]: ({ body }) => (
    list.push({ id: data.newId(), members: 0, avatar: null, last_seen_at: null, ...body }),
    list.at(-1)
  ),
  [`PATCH /${name}/:id`]: ({ params, body }) =>
    Object.assign(
      list.find((one) => one.id === params.id),
      body,
    ),
  [`DELETE /${name}/:id`]: ({ params }) => (
    list.splice(
      list.findIndex((one) => one.id === params.id),
      1,
    ),
    {}
  ),
});

const calls = {
  "POST /logout": ({ token }) => (sessions.delete(token), {}),
  "GET /me": ({ person }) => ({
    me: meOf(person),
    csrf: "fake",
    insecure: options.insecure,
    bot,
    version: "0.1.0",
  }),
  "POST /me/password": ({ body }) => (body.current.length < 3 ? refuse(400, "bad_credentials") : {}),
  "PATCH /me": ({ person, body }) => (
    Object.assign(person, {
      ...body,
      ...(body.avatar_blob_id ? { avatar: blobs.get(body.avatar_blob_id)?.url } : {}),
    }),
    meOf(person)
  ),
  "POST /me/availability": ({ person, body }) => (
    (person.availability = body.availability),
    broadcast({ type: "presence", agents: boardAgents() }),
    meOf(person)
  ),
  "POST /socket-ticket": ({ person }) => {
    const ticket = Math.random().toString(36).slice(2);
    tickets.set(ticket, person);
    return { ticket };
  },
  "GET /conversations": ({ person, query }) => listConversations(person, query),
  "GET /conversations/:id": ({ person, params }) => detail(person, find(params.id)),
  "GET /conversations/:id/messages": ({ params, query }) => page(find(params.id), query),
  "POST /conversations/:id/messages": ({ person, params, body }) => {
    const one = find(params.id);
    const known = byClientId.get(body.client_id);
    if (known) return known;
    mine(person, one);
    const newer = data.messagesOf
      .get(one.id)
      .some(
        (message) =>
          message.position > body.seen && message.author.kind === "agent" && message.author.id !== person.id,
      );
    if (newer) refuse(409, "behind", "同事刚刚也回复了。");
    const content = body.content.blob_id
      ? { ...blobs.get(body.content.blob_id), type: body.content.type }
      : body.content;
    const message = post(one, { kind: "agent", ...data.refOf(person) }, content, {
      client_id: body.client_id,
    });
    byClientId.set(body.client_id, message);
    return message;
  },
  "POST /conversations/:id/notes": ({ person, params, body }) => {
    const known = byClientId.get(body.client_id);
    if (known) return known;
    const message = post(
      find(params.id),
      { kind: "agent", ...data.refOf(person) },
      { type: "text", text: body.text },
      { client_id: body.client_id, internal: true, delivered: false },
    );
    byClientId.set(body.client_id, message);
    return message;
  },
  "POST /conversations/:id/accept": ({ person, params }) => {
    const one = find(params.id);
    if (one.state === "agent") refuse(409, "taken", "慢了一步，已被同事接走。");
    if (openOf(person) >= person.capacity) refuse(409, "no_capacity");
    return assign(one, person, "accept");
  },
  "POST /conversations/:id/takeover": ({ person, params }) => assign(find(params.id), person, "takeover"),
  "POST /conversations/:id/transfer": ({ params, body }) => {
    const one = find(params.id);
    if (body.agent_id)
      return assign(
        one,
        data.people.find((person) => person.id === body.agent_id),
        "transfer",
      );
    return change(
      one,
      { state: "waiting", agent: null, group_id: body.group_id, waiting_since: now(), reason: "transfer" },
      "transfer",
    );
  },
  "POST /conversations/:id/close": ({ params }) => {
    const one = find(params.id);
    event(one, "closed", "会话已结束", "The conversation has ended");
    return change(one, { state: "closed", closed_at: now(), close_reason: "solved" }, "closed");
  },
  "POST /conversations/:id/return-to-bot": ({ params }) =>
    change(find(params.id), { state: "bot", agent: null, waiting_since: null }, "returned_to_bot"),
  "POST /conversations/:id/typing": () => ({}),
  "POST /conversations/:id/read": ({ params }) => ((find(params.id).unread = 0), {}),
  "GET /queue": () => ({ items: queue(), waiting: queue().length }),
  "GET /board": board,
  "GET /agents": () => ({ items: boardAgents() }),
  "GET /tickets": ({ person, query }) => listTickets(person, query),
  "POST /tickets": ({ person, body }) => {
    const source = data.conversations.find((one) => one.id === body.conversation_id);
    const section = data.departments.find((one) => one.types.includes(body.type));
    const chosen = source
      ? data.messagesOf.get(source.id).filter((message) => body.message_ids?.includes(message.id))
      : [];
    data.tickets.unshift({
      number: `T${260_400 + data.tickets.length}`,
      priority: "normal",
      fields: {},
      contact: null,
      description: "",
      conversation_id: null,
      ...body,
      state: "open",
      department: { id: section.id, name: section.name },
      assignee: null,
      visitor: source ? { id: source.visitor.id, name: source.visitor.name } : null,
      created_at: now(),
      updated_at: now(),
      version: 1,
      messages: chosen,
      timeline: [],
    });
    note(data.tickets[0], person, "created", {}, true);
    return data.tickets[0];
  },
  "GET /tickets/:number": ({ params }) =>
    data.tickets.find((ticket) => ticket.number === params.number) ?? refuse(404, "not_found"),
  "PATCH /tickets/:number": ({ person, params, body }) =>
    changeTicket(
      person,
      data.tickets.find((ticket) => ticket.number === params.number),
      body,
    ),
  "POST /tickets/:number/comments": ({ person, params, body }) => {
    const ticket = data.tickets.find((one) => one.number === params.number);
    note(ticket, person, "comment", { text: body.text }, body.public);
    return ticket;
  },
  ...collection(data.people, "people"),
  ...collection(data.groups, "groups"),
  ...collection(data.departments, "departments"),
  ...collection(data.canned, "canned"),
  ...Object.fromEntries(
    ["hours", "widget", "business"].flatMap((name) => [
      [`GET /settings/${name}`, () => data.settings[name]],
      [`PUT /settings/${name}`, ({ body }) => Object.assign(data.settings[name], body)],
    ]),
  ),
  "GET /audit": ({ query }) => {
    const from = Number(query.get("cursor") ?? 0);
    return {
      items: data.audit.slice(from, from + 50),
      next: from + 50 < data.audit.length ? String(from + 50) : null,
    };
  },
};

const routes = Object.entries(calls).map(([key, run]) => {
  const [method, path] = key.split(" ");
  const names = [...path.matchAll(/:(\w+)/g)].map((found) => found[1]);
  return { method, names, run, pattern: new RegExp(`^${path.replace(/:\w+/g, "([^/]+)")}$`) };
});

// ---- HTTP ------------------------------------------------------------------------------------------------------

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".json": "application/json",
};
const SVG = `<svg xmlns="http://www.w3.org/2000/svg" width="800" height="600"><rect width="800" height="600" fill="#cbb393"/><path d="M170 210l240-70 230 80-30 250-230 70-190-90z" fill="#a98457"/><path d="M170 210l220 90 250-80-230-80z" fill="#c39c6b"/><path d="M390 300l-10 240" stroke="#7c5f3c" stroke-width="6"/><path d="M300 175l60 70-30 40 70 60-40 60" stroke="#3d2c17" stroke-width="9" fill="none"/><path d="M250 175l230 90" stroke="#e8dcc8" stroke-width="26"/></svg>`;

const server = createServer(async (request, response) => {
  const url = new URL(request.url, "http://fake");
  const answer = (status, body, type = "application/json") => {
    response.writeHead(status, { "Content-Type": type });
    response.end(type === "application/json" ? JSON.stringify(body) : body);
  };
  try {
    if (url.pathname.startsWith("/fake/")) return answer(200, play(url));
    if (url.pathname === data.PICTURE) return answer(200, SVG, "image/svg+xml");
    if (url.pathname.startsWith("/api/console/v1/blobs/")) {
      const blob = blobs.get(url.pathname.split("/").at(-1));
      return blob ? answer(200, blob.bytes, blob.mime) : answer(404, { error: "not_found" });
    }
    if (!url.pathname.startsWith("/api/console/v1/")) return await serveFile(url, answer);
    await new Promise((resolve) => setTimeout(resolve, Number(options.delay)));
    if (broken === "hang") return;
    if (broken === "fail") return answer(503, { error: "unavailable", message: "" });
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const result = serve(request, url, Buffer.concat(chunks), response);
    if (broken === "lose" && request.method === "POST") return response.destroy();
    answer(200, result);
  } catch (error) {
    if (error instanceof Refusal)
      answer(error.status, { error: error.code, message: error.words, ...error.more });
    else {
      console.error(error);
      answer(500, { error: "internal", message: String(error) });
    }
  }
});

function serve(request, url, raw, response) {
  const path = url.pathname.slice("/api/console/v1".length);
  const isJson = (request.headers["content-type"] ?? "").startsWith("application/json");
  const body = isJson && raw.length ? JSON.parse(raw.toString()) : {};
  if (path === "/login") {
    const person = data.people.find((one) => one.username === body.username);
    if (!person || body.password.length < 3) refuse(401, "bad_credentials", "");
    const token = Math.random().toString(36).slice(2);
    sessions.set(token, person);
    response.setHeader("Set-Cookie", `keting=${token}; Path=/; HttpOnly; SameSite=Lax`);
    return { me: meOf(person), csrf: "fake" };
  }
  const token = /keting=(\w+)/.exec(request.headers.cookie ?? "")?.[1];
  const person = sessions.get(token) ?? refuse(401, "not_authorised", "");
  if (path === "/uploads") return store(raw, request.headers["content-type"]);
  for (const { method, names, run, pattern } of routes) {
    const found = method === request.method && pattern.exec(path);
    if (!found) continue;
    const params = Object.fromEntries(
      names.map((name, index) => [name, decodeURIComponent(found[index + 1])]),
    );
    return run({ person, body, params, query: url.searchParams, token });
  }
  refuse(404, "not_found", path);
}

function store(raw, type) {
  const boundary = `--${/boundary=(.+)$/.exec(type)[1]}`;
  const head = raw.indexOf("\r\n\r\n");
  const header = raw.subarray(0, head).toString();
  const bytes = raw.subarray(head + 4, raw.lastIndexOf(boundary) - 2);
  const mime = /Content-Type: (.+)/i.exec(header)?.[1].trim() ?? "application/octet-stream";
  if (!/^(image\/|application\/pdf|text\/plain)/.test(mime)) refuse(415, "type_not_allowed", "");
  const blob_id = data.newId();
  const blob = {
    blob_id,
    url: `/api/console/v1/blobs/${blob_id}`,
    name: /filename="(.*?)"/.exec(header)?.[1] ?? "file",
    mime,
    size: bytes.length,
    width: 400,
    height: 300,
  };
  blobs.set(blob_id, { ...blob, bytes });
  return blob;
}

async function serveFile(url, answer) {
  let path = normalize(join(dist, url.pathname));
  if (!path.startsWith(dist) || !existsSync(path) || !extname(path)) path = join(dist, "console/index.html");
  if (!existsSync(path)) return answer(404, "not built", "text/plain");
  answer(200, await readFile(path), TYPES[extname(path)] ?? "application/octet-stream");
}

// ---- the socket ------------------------------------------------------------------------------------------------

const hub = new WebSocketServer({ noServer: true });
server.on("upgrade", (request, line, head) => {
  const url = new URL(request.url, "http://fake");
  const person = tickets.get(url.searchParams.get("ticket"));
  tickets.delete(url.searchParams.get("ticket"));
  hub.handleUpgrade(request, line, head, (socket) => {
    if (!person) return socket.close(4001);
    greet(socket, person, url.searchParams.get("after"));
  });
});

function greet(socket, person, after) {
  const stream = streams.get(person.id);
  Object.assign(socket, { person, watching: null });
  sockets.add(socket);
  person.live = true;
  push(socket, { type: "hello", cursor: stream.length, me: meOf(person), bot });
  if (after !== null) for (const frame of stream.slice(Number(after))) push(socket, frame);
  push(socket, { type: "queue", waiting: queue().length, items: queue() });
  push(socket, { type: "presence", agents: boardAgents() });
  socket.on("message", (text) => receive(socket, JSON.parse(text)));
  socket.on("close", () => sockets.delete(socket));
}

function receive(socket, frame) {
  if (frame.type === "ping") push(socket, { type: "pong" });
  if (frame.type === "watch") socket.watching = frame.conversation_id;
  if (frame.type === "read") {
    const one = data.conversations.find((other) => other.id === frame.conversation_id);
    if (one) one.unread = 0;
  }
}

const push = (socket, frame) => socket.readyState === 1 && socket.send(JSON.stringify(frame));
const broadcast = (frame) => sockets.forEach((socket) => push(socket, frame));
function publish(agentId, kind, details) {
  const stream = streams.get(agentId);
  const frame = { type: "event", seq: stream.length + 1, kind, at: now(), data: structuredClone(details) };
  stream.push(frame);
  for (const socket of sockets) if (socket.person.id === agentId) push(socket, frame);
}

// ---- invented visitors, and faults on demand -------------------------------------------------------------------

const WORDS = {
  zh: [
    ["好的，谢谢", "thank", 0.98, "happy"],
    ["那我等你消息", "affirm", 0.71, "neutral"],
    ["怎么还没好，快点行不行", "make_complaint", 0.83, "angry"],
    ["订单号是 20260214001", "inform", 0.9, "neutral"],
  ],
  en: [
    ["thanks, that helps", "thank", 0.98, "happy"],
    ["still waiting…", "make_complaint", 0.61, "anxious"],
    ["my order is 20260214001", "inform", 0.9, "neutral"],
  ],
};
function say(one, [text, intent, confidence, emotion]) {
  const heard = {
    intent: { name: intent, confidence },
    ranking: [{ name: intent, confidence }],
    emotion: { name: emotion, confidence: 0.86 },
    entities: [],
    language: one.visitor.language,
  };
  Object.assign(one, { emotion: heard.emotion, intent: heard.intent });
  broadcast({
    type: "typing",
    conversation_id: one.id,
    author: { kind: "visitor", name: one.visitor.name },
    on: false,
  });
  return post(
    one,
    { kind: "visitor", id: one.visitor.id, name: one.visitor.name, avatar: null },
    { type: "text", text },
    { nlu: heard },
  );
}
function invent() {
  const served = data.conversations.filter((one) => one.state === "agent");
  const one = served[Math.floor(Math.random() * served.length)];
  if (!one) return;
  broadcast({
    type: "typing",
    conversation_id: one.id,
    author: { kind: "visitor", name: one.visitor.name },
    on: true,
  });
  const words = WORDS[one.visitor.language] ?? WORDS.zh;
  setTimeout(() => say(one, words[Math.floor(Math.random() * words.length)]), 2500);
}
if (!options.quiet) setInterval(invent, 6000);

/**
 * say?id=&text=    the visitor of that conversation writes      other?id=&text=  a colleague writes into it
 * drop             all sockets are cut                          typing?id=       the visitor is typing
 * break?how=fail|lose|hang, heal                                expire           all sessions end
 */
function play(url) {
  const one = data.conversations.find((other) => other.id === url.searchParams.get("id")) ?? data.hero;
  const text = url.searchParams.get("text") ?? "还在吗？";
  switch (url.pathname.split("/").at(-1)) {
    case "say":
      return say(one, [text, "ask_order_status", 0.8, "neutral"]);
    case "other":
      return post(one, { kind: "agent", id: "other", name: "赵敏", avatar: null }, { type: "text", text });
    case "typing":
      return (
        broadcast({
          type: "typing",
          conversation_id: one.id,
          author: { kind: "visitor", name: one.visitor.name },
          on: true,
        }) ?? {}
      );
    case "drop":
      return sockets.forEach((socket) => socket.terminate()) ?? {};
    case "break":
      return (
        (broken = url.searchParams.get("how")),
        sockets.forEach((socket) => socket.terminate()),
        { broken }
      );
    case "heal":
      return ((broken = null), {});
    case "expire":
      return (sessions.clear(), sockets.forEach((socket) => socket.close(4001)), {});
    default:
      return { hero: data.hero.id, heroEn: data.heroEn.id, messages: data.messagesOf.get(one.id).length };
  }
}

server.listen(Number(options.port), "127.0.0.1", () =>
  console.log(`http://127.0.0.1:${options.port}/console/`),
);
