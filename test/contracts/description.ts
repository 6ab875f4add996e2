import Ajv, { type ErrorObject, type ValidateFunction } from "ajv/dist/2019";
import addFormats from "ajv-formats";
import type { Exchange } from "../../sandbox/core/serve";
import { closed, closedInside, type Json, jsonSchemaOf, type Schema } from "./json-schema";

const METHODS = ["get", "put", "post", "delete", "patch", "head"] as const;

interface Operation {
  operationId?: string;
  responses: Record<string, Response>;
}

interface Response {
  $ref?: string;
  content?: Record<string, { schema?: Schema }>;
}

/** The parts of an OpenAPI 3.0 document that are read here. */
export interface OpenApi {
  paths: Record<string, Partial<Record<(typeof METHODS)[number], Operation>>>;
  components: { schemas: Record<string, Schema>; responses?: Record<string, Response> };
}

/** How an answer differs from the description. */
export interface Difference {
  code: "undescribed-route" | "undescribed-status" | "wrong-type" | "wrong-body" | "undeclared-property";
  /** `GET /orgs/{org}/actions/secrets`; the path itself where no operation is described. */
  operation: string;
  status: number;
  /** Where in the body and what: names only, never a value. */
  detail: string;
}

interface Route {
  method: string;
  template: string;
  pattern: RegExp;
  operation: Operation;
}

/** A vendor's published description of its API, asked whether an answer fits it. */
export class Description {
  private readonly routes: Route[];
  private readonly ajv = addFormats(new Ajv({ strict: false, allErrors: true, validateSchema: false }));
  private readonly validators = new Map<string, ValidateFunction>();

  constructor(private readonly document: OpenApi) {
    this.routes = routesOf(document);
    // Schemas refer to each other by `#/components/schemas/NAME`: one document for ajv that has nothing else.
    const known = document.components.schemas;
    const schemas = Object.entries(known).map(([name, schema]) => [
      name,
      closedInside(jsonSchemaOf(schema), known),
    ]);
    this.ajv.addSchema({ $id: "description", components: { schemas: Object.fromEntries(schemas) } });
    for (const format of ["int32", "int64", "float", "double", "byte", "binary", "repo.nwo", "timezone"])
      if (this.ajv.formats[format] === undefined) this.ajv.addFormat(format, true);
  }

  /** `GET /orgs/{org}`, or undefined when nothing like it is described. Literal parts win over parameters. */
  operationOf(method: string, path: string): string | undefined {
    const found = this.find(method, path);
    return found && nameOf(found);
  }

  /** All that is wrong with an answer; empty when it fits. @param exchange its path as described, without prefix. */
  differences(exchange: Omit<Exchange, "route">): Difference[] {
    const { method, path, status } = exchange;
    const route = this.find(method, path);
    const differ = (code: Difference["code"], detail: string): Difference => ({
      code,
      operation: route === undefined ? `${method} ${path}` : nameOf(route),
      status,
      detail,
    });
    if (route === undefined) return [differ("undescribed-route", "")];
    const response = this.responseOf(route, status);
    if (response === undefined) return [differ("undescribed-status", "")];
    return this.bodyProblems(exchange, response).map(([code, detail]) => differ(code, detail));
  }

  private bodyProblems(
    { method, status, body, contentType }: Omit<Exchange, "route">,
    response: Response,
  ): [code: Difference["code"], detail: string][] {
    const content = Object.entries(response.content ?? {});
    if (method === "HEAD" || (body === "" && status >= 300 && status < 400)) return [];
    if (content.length === 0) return body === "" ? [] : [["wrong-body", "a body where none is described"]];
    const type = contentType.split(";")[0]?.trim() ?? "";
    const described = content.find(([name]) => name === type || name === "*/*");
    if (described === undefined)
      return [["wrong-type", `${type || "no type"}: described ${content.map(([name]) => name).join(", ")}`]];
    const schema = described[1].schema;
    if (schema === undefined || !type.includes("json")) return [];
    return this.schemaProblems(schema, JSON.parse(body) as Json);
  }

  private schemaProblems(schema: Schema, value: Json): [code: Difference["code"], detail: string][] {
    const validate = this.validatorOf(schema);
    if (validate(value)) return [];
    return [...new Set((validate.errors ?? []).map(sentence))].map((detail) => [
      detail.endsWith("is not declared") ? "undeclared-property" : "wrong-body",
      detail,
    ]);
  }

  private validatorOf(schema: Schema): ValidateFunction {
    const key = JSON.stringify(schema);
    const known = this.validators.get(key);
    if (known !== undefined) return known;
    const text = JSON.stringify(closed(jsonSchemaOf(schema), this.document.components.schemas)).replaceAll(
      '"#/components/',
      '"description#/components/',
    );
    const made = this.ajv.compile(JSON.parse(text));
    this.validators.set(key, made);
    return made;
  }

  private responseOf({ operation }: Route, status: number): Response | undefined {
    const found = operation.responses[String(status)];
    const name = /^#\/components\/responses\/(.+)$/.exec(found?.$ref ?? "")?.[1];
    return name === undefined ? found : this.document.components.responses?.[name];
  }

  private find(method: string, path: string): Route | undefined {
    return this.routes.find((route) => route.method === method && route.pattern.test(path));
  }
}

const nameOf = ({ method, template }: Route) => `${method} ${template}`;

/** Most literal first, then the longest: `/secrets/public-key` is not a secret's name, `main/protection` not a branch's. */
function routesOf(document: OpenApi): Route[] {
  const routes = Object.entries(document.paths).flatMap(([template, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method];
      if (operation === undefined) return [];
      return [{ method: method.toUpperCase(), template, pattern: patternOf(template), operation }];
    }),
  );
  const parameters = ({ template }: Route) => {
    const parts = template.split("/").map((part) => (part.startsWith("{") ? "1" : "0"));
    return `${parts.join("")}2`;
  };
  return routes.sort((a, b) => (parameters(a) < parameters(b) ? -1 : 1));
}

/** GitHub's `{path}`, `{ref}` and `{branch}` take slashes; a path may be left out, which is the root. */
function patternOf(template: string): RegExp {
  const source = template.split("/").map((part) => {
    if (/^\{(ref|branch|basehead)\}$/.test(part)) return ".+";
    return part.startsWith("{") && part !== "{path}" ? "[^/]+" : part.replace(/[.+]/g, "\\$&");
  });
  return new RegExp(`^${source.join("/").replace("/{path}", "(?:/.*)?")}$`);
}

function sentence({ instancePath, keyword, message, params }: ErrorObject): string {
  const at = instancePath.replace(/\/\d+/g, "/*") || "/";
  if (keyword === "unevaluatedProperties") return `${at}: ${params.unevaluatedProperty} is not declared`;
  return `${at}: ${message}`;
}
