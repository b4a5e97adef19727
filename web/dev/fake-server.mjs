/**
 * The widget against a pretended service: `npm run dev:widget`, then http://127.0.0.1:5199/.
 *
 * Serves what `npm run build` left in dist/ and the visitor protocol in memory (dev/fake/).
 * PORT chooses another port; `POST /_fake/scene {"name": "queue"}` stages a situation (dev/fake/scenes.ts).
 */
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, normalize } from "node:path";
import { fileURLToPath } from "node:url";

import { runnerImport } from "vite";
import { WebSocketServer } from "ws";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const load = async (path) =>
  (await runnerImport(here(path), { configFile: false, logLevel: "error" })).module;
const [{ FakeService }, { Shop, WIDGET }, { scenes }, { PICTURES }, { questions }] = await Promise.all(
  ["fake/service.ts", "fake/shop.ts", "fake/scenes.ts", "fake/pictures.ts", "fake/knowledge.ts"].map(load),
);

const shop = new Shop();
const service = new FakeService({ house: shop, widget: WIDGET });
const stage = scenes(service, shop);
const TYPES = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".json": "application/json",
};

const body = async (request) => {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts);
};
/** Good enough for the one field that our own client sends. */
const file = (bytes, type) => {
  const boundary = `--${/boundary=(.+)$/.exec(type)[1]}`;
  const text = bytes.toString("latin1");
  const [, head, rest] = /^[^\r]+\r\n([\s\S]*?)\r\n\r\n([\s\S]*)$/.exec(text);
  return {
    bytes: Buffer.from(rest.slice(0, rest.lastIndexOf(`\r\n${boundary}`)), "latin1"),
    name: Buffer.from(/filename="([^"]*)"/.exec(head)[1], "latin1").toString("utf8"),
    mime: /Content-Type: (.+)/i.exec(head)[1].trim(),
  };
};
const CORS = {
  "Access-Control-Allow-Origin": "*",
  "Access-Control-Allow-Headers": "*",
  "Access-Control-Allow-Methods": "*",
};
let down = false;
/** Pages of other origins are not on the list. */
let alone = false;

const server = createServer(async (request, response) => {
  const url = new URL(request.url, "http://fake");
  const { origin, host } = request.headers;
  const refused = alone && url.pathname.startsWith("/api/") && origin && origin !== `http://${host}`;
  const answer = (status, content, type = "application/json") => {
    response.writeHead(status, {
      ...(refused ? {} : CORS),
      "Content-Type": `${type}; charset=utf-8`,
      "Cache-Control": "no-store",
    });
    response.end(content);
  };
  if (refused) return answer(403, '{"error": "origin_not_allowed", "message": ""}');
  if (request.method === "OPTIONS") return answer(204, "");
  if (url.pathname === "/_fake/scene") {
    const { name } = JSON.parse((await body(request)).toString());
    if (name === "down" || name === "up") {
      down = name === "down";
      if (down) service.closeSockets(1006);
      return answer(200, "{}");
    }
    if (name === "refuse" || name === "allow") {
      alone = name === "refuse";
      return answer(200, "{}");
    }
    return stage(name) ? answer(200, "{}") : answer(404, "{}");
  }
  if (url.pathname.startsWith("/api/")) {
    if (down) return request.socket.destroy();
    if (url.pathname.startsWith("/api/visitor/v1/knowledge/"))
      return answer(200, JSON.stringify(questions(url, request.headers["accept-language"])));
    const bytes = await body(request);
    const type = request.headers["content-type"] ?? "";
    const { status, body: said } = await service.handle({
      method: request.method,
      path: url.pathname,
      query: url.searchParams,
      token: request.headers.authorization?.slice(7) ?? null,
      body: type.startsWith("multipart")
        ? file(bytes, type)
        : bytes.length
          ? JSON.parse(bytes.toString())
          : null,
    });
    return answer(status, JSON.stringify(said));
  }
  if (url.pathname.startsWith("/files/")) {
    const id = url.pathname.slice(7);
    if (PICTURES[id]) return answer(200, PICTURES[id], "image/svg+xml");
    const blob = service.blobs.get(id);
    return blob ? answer(200, blob.bytes, blob.info.mime) : answer(404, "{}");
  }
  const places = {
    "/": "demo/index.html",
    "/widget.js": "widget/widget.js",
    "/docs/api/": "help/api/index.html",
    "/console/": "console/index.html",
  };
  const path =
    places[url.pathname] ?? normalize(url.pathname.replace(/^\/docs\/api\//, "/help/api/")).slice(1);
  try {
    answer(200, await readFile(here(`../dist/${path}`)), TYPES[extname(path)] ?? "application/octet-stream");
  } catch {
    answer(404, "not found", "text/plain");
  }
});

const sockets = new WebSocketServer({ noServer: true, maxPayload: 65_536 });
server.on("upgrade", (request, socket, head) => {
  const { pathname, searchParams } = new URL(request.url, "http://fake");
  if (down || pathname !== "/api/visitor/v1/socket") return socket.destroy();
  sockets.handleUpgrade(request, socket, head, (wire) => {
    const { frame, gone } = service.connect(
      searchParams.get("ticket") ?? "",
      Number(searchParams.get("after")),
      {
        send: (text) => wire.send(text),
        close: (code) => (code === 1006 ? wire.terminate() : wire.close(code)),
      },
    );
    wire.on("message", (data) => frame(data.toString()));
    wire.on("close", gone);
  });
});
const port = Number(process.env.PORT ?? 5199);
server.listen(port, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}/`));
