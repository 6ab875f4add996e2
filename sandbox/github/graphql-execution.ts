import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  buildSchema,
  type DocumentNode,
  type ExecutionResult,
  executeSync,
  type GraphQLError,
  type GraphQLFieldResolver,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  isListType,
  isNonNullType,
  isObjectType,
  OverlappingFieldsCanBeMergedRule,
  parse,
  GraphQLError as QueryError,
  specifiedRules,
  validate,
} from "graphql";

export interface GraphQLRequest {
  query: string;
  variables?: Record<string, unknown> | null | undefined;
  operationName?: string | null | undefined;
}

/** An error as GitHub writes it: with its `type` beside the message. */
export function graphqlError(type: string, message: string): GraphQLError {
  return new QueryError(message, { extensions: { type } });
}

/** By path: the package exports a module alone, which reads a second copy of the schema. */
const FILE = join(__dirname, "../../node_modules/@octokit/graphql-schema/schema.graphql");

/** What clients ask for that GitHub has and the package does not have yet (cli/cli, api/query_builder.go). */
const SINCE = `
  type IssueType implements Node { id: ID! name: String! description: String color: String }
  extend type Issue { issueType: IssueType }
`;

let schema: GraphQLSchema | undefined;

/** GitHub's published schema. It takes half a second to read, which nobody pays who asks no GraphQL. */
function publishedSchema(): GraphQLSchema {
  schema ??= buildSchema(readFileSync(FILE, "utf8") + SINCE, { assumeValid: true, noLocation: true });
  return schema;
}

/** Answers a query in GitHub's form. @param root the fields of `Query`. */
export function executeQuery(request: GraphQLRequest, root: object): object {
  const { data, errors } = execution(request, root);
  return {
    ...(data === undefined ? {} : { data }),
    ...(errors === undefined ? {} : { errors: errors.map(json) }),
  };
}

/** GitHub lets two kinds of an interface have fields of one name and different types; the specification does not. */
const RULES = specifiedRules.filter((rule) => rule !== OverlappingFieldsCanBeMergedRule);

function execution({ query, variables, operationName }: GraphQLRequest, rootValue: object): ExecutionResult {
  const schema = publishedSchema();
  let document: DocumentNode;
  try {
    document = parse(query);
  } catch (error) {
    return { errors: [error as GraphQLError] };
  }
  const errors = validate(schema, document, RULES);
  if (errors.length > 0) return { errors };
  const given = { variableValues: variables ?? null, operationName: operationName ?? null };
  return executeSync({ schema, document, rootValue, fieldResolver: resolve, ...given });
}

function json(error: GraphQLError): object {
  const { message, locations, path, extensions } = error;
  const { type, ...rest } = extensions;
  return {
    ...(type === undefined ? {} : { type }),
    ...(path === undefined ? {} : { path }),
    ...(Object.keys(rest).length === 0 ? {} : { extensions: rest }),
    locations,
    message,
  };
}

/** A field's value, or what a function of that name answers; what the sandbox does not know is empty. */
const resolve: GraphQLFieldResolver<Record<string, unknown> | undefined, unknown> = (
  source,
  given,
  _,
  info,
) => {
  const value = source?.[info.fieldName];
  if (typeof value === "function") return value(given);
  return value === undefined ? nothing(info) : value;
};

/**
 * What stands for a property that the sandbox does not know: null where the schema takes that, nothing of a list and none
 * of a number otherwise.
 *
 * @throws GraphQLError for all else: what is made up would be taken for GitHub's.
 */
function nothing({ fieldName, parentType, returnType }: GraphQLResolveInfo): unknown {
  const unknown = graphqlError(
    "NOT_IMPLEMENTED",
    `The sandbox does not know ${parentType.name}.${fieldName}`,
  );
  if (parentType.name === "Query" || parentType.name === "Mutation") throw unknown;
  const isConnection = parentType.name.endsWith("Connection");
  if (isConnection && (fieldName === "nodes" || fieldName === "edges")) return [];
  if (!isNonNullType(returnType)) return null;
  const type = returnType.ofType;
  if (isListType(type)) return [];
  if (isObjectType(type) && /(Connection|PageInfo|Summary)$/.test(type.name)) return {};
  if (String(type) === "Boolean") return false;
  if (String(type) === "Int") return 0;
  throw unknown;
}
