import assert from "node:assert/strict";
import { Contract, watched } from "./contract";
import { Description, type OpenApi } from "./description";

const json = (schema: object) => ({ content: { "application/json": { schema } } });
const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });

const DOCUMENT = {
  paths: {
    "/things/{name}": {
      get: { responses: { "200": json(ref("thing")), "404": { description: "none" } } },
      delete: { responses: { "204": {} } },
    },
    "/things/latest": { get: { responses: { "200": json({ type: "array", items: ref("thing") }) } } },
    "/files/{path}": { get: { responses: { "200": json({ type: "object" }) } } },
    "/rules": { get: { responses: { "200": json({ type: "object", properties: { rule: ref("rule") } }) } } },
  },
  components: {
    schemas: {
      named: { type: "object", properties: { name: { type: "string" } }, required: ["name"] },
      thing: {
        allOf: [
          ref("named"),
          {
            type: "object",
            properties: {
              size: { type: "integer", nullable: true },
              kind: { type: "string", enum: ["a", "b"] },
              at: { type: "string", format: "date-time" },
              free: { type: "object" },
            },
          },
        ],
      },
      rule: {
        type: "object",
        properties: { type: { type: "string" } },
        discriminator: { propertyName: "type", mapping: { many: "#/components/schemas/many" } },
      },
      many: {
        allOf: [
          ref("rule"),
          { type: "object", properties: { count: { type: "integer" } }, required: ["count"] },
        ],
      },
    },
  },
} as unknown as OpenApi;

const description = new Description(DOCUMENT);
const answer = (path: string, body: unknown, status = 200, method = "GET") => ({
  method,
  path,
  status,
  contentType: body === undefined ? "" : "application/json; charset=utf-8",
  body: body === undefined ? "" : JSON.stringify(body),
});
const details = (path: string, body: unknown) =>
  description.differences(answer(path, body)).map(({ code, detail }) => `${code} ${detail}`);

describe("a vendor's description", () => {
  it("takes an answer that fits, free-form objects and nulls where they may be", () => {
    const thing = { name: "x", size: null, kind: "a", at: "2026-01-01T00:00:00Z", free: { any: 1 } };
    assert.deepEqual(details("/things/x", thing), []);
    assert.deepEqual(details("/things/latest", [thing]), []);
  });

  for (const [what, body, expected] of [
    ["a missing field", {}, "wrong-body /: must have required property 'name'"],
    ["a field too many", { name: "x", id: 1 }, "undeclared-property /: id is not declared"],
    ["a wrong type", { name: "x", size: "1" }, "wrong-body /size: must be integer"],
    ["a null that may not be", { name: null }, "wrong-body /name: must be string"],
    [
      "a wrong word",
      { name: "x", kind: "c" },
      "wrong-body /kind: must be equal to one of the allowed values",
    ],
    ["a wrong format", { name: "x", at: "today" }, 'wrong-body /at: must match format "date-time"'],
  ] as const)
    it(`finds ${what}`, () => {
      assert.ok(details("/things/x", body).includes(expected), details("/things/x", body).join("\n"));
    });

  it("finds a wrong item of a list", () => {
    assert.deepEqual(details("/things/latest", [{ name: "x", id: 1 }]), [
      "undeclared-property /*: id is not declared",
    ]);
  });

  it("asks of a value that one property tells apart what that kind declares", () => {
    assert.deepEqual(details("/rules", { rule: { type: "many", count: 1 } }), []);
    assert.ok(details("/rules", { rule: { type: "many" } }).length > 0);
    assert.ok(details("/rules", { rule: { type: "many", count: 1, id: 1 } }).length > 0);
  });

  it("finds routes, statuses, types and bodies that it does not have", () => {
    const codes = (exchange: Parameters<Description["differences"]>[0]) =>
      description.differences(exchange).map(({ code }) => code);
    assert.deepEqual(codes(answer("/other", {})), ["undescribed-route"]);
    assert.deepEqual(codes(answer("/things/x", {}, 409)), ["undescribed-status"]);
    assert.deepEqual(codes(answer("/things/x", {}, 204, "DELETE")), ["wrong-body"]);
    assert.deepEqual(codes(answer("/things/x", undefined, 204, "DELETE")), []);
    assert.deepEqual(codes({ ...answer("/things/x", {}), contentType: "text/plain" }), ["wrong-type"]);
    assert.equal(description.operationOf("GET", "/things/latest"), "GET /things/latest");
    assert.equal(description.operationOf("GET", "/files/a/b.txt"), "GET /files/{path}");
  });
});

describe("a contract", () => {
  const contract = (reason: string[]) =>
    new Contract({
      descriptions: [description],
      exceptions: reason.map((detail) => ({
        operation: "GET /things/{name}",
        detail: new RegExp(detail),
        reason: "",
      })),
      ignored: /^\/own\//,
      describedPath: (path) => path.replace(/^\/v3/, ""),
      errorProblem: (body) =>
        typeof (body as { message?: unknown }).message === "string" ? undefined : "no message",
    });

  it("passes over what an exception names, and nothing else", () => {
    const wrong = { ...answer("/v3/things/x", { name: "x", id: 1 }), route: "" };
    assert.equal(contract([]).problems(wrong).length, 1);
    assert.deepEqual(contract(["id is not declared"]).problems(wrong), []);
    assert.equal(contract(["other"]).problems(wrong).length, 1);
    assert.deepEqual(contract([]).problems({ ...answer("/own/x", {}), route: "" }), []);
  });

  it("wants the vendor's form of an error whose body is not described", () => {
    assert.deepEqual(contract([]).problems({ ...answer("/things/x", { message: "" }, 404), route: "" }), []);
    assert.deepEqual(contract([]).problems({ ...answer("/things/x", {}, 404), route: "" }), [
      "GET /things/{name}: 404 wrong-body no message",
    ]);
  });

  it("tells at the end all that was wrong, each once, and what answered", () => {
    const watch = watched(contract([]));
    const seen = { ...answer("/things/x", { id: 1 }), route: "GET /things/:name" };
    watch.observe(seen);
    watch.observe(seen);
    assert.deepEqual([...watch.answered], ["GET /things/:name"]);
    assert.throws(() => watch.check(), /^Error: The sandbox's answers .*\n.*id is not declared\n.*'name'$/);
    watch.check();
  });
});
