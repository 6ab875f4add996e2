"use strict";
var __create = Object.create;
var __defProp = Object.defineProperty;
var __getOwnPropDesc = Object.getOwnPropertyDescriptor;
var __getOwnPropNames = Object.getOwnPropertyNames;
var __getProtoOf = Object.getPrototypeOf;
var __hasOwnProp = Object.prototype.hasOwnProperty;
var __commonJS = (cb, mod) => function __require() {
  try {
    return mod || (0, cb[__getOwnPropNames(cb)[0]])((mod = { exports: {} }).exports, mod), mod.exports;
  } catch (e) {
    throw mod = 0, e;
  }
};
var __copyProps = (to, from, except, desc) => {
  if (from && typeof from === "object" || typeof from === "function") {
    for (let key of __getOwnPropNames(from))
      if (!__hasOwnProp.call(to, key) && key !== except)
        __defProp(to, key, { get: () => from[key], enumerable: !(desc = __getOwnPropDesc(from, key)) || desc.enumerable });
  }
  return to;
};
var __toESM = (mod, isNodeMode, target) => (target = mod != null ? __create(__getProtoOf(mod)) : {}, __copyProps(
  // If the importer is in node compatibility mode or this is not an ESM
  // file that has been converted to a CommonJS file using a Babel-
  // compatible transform (i.e. "__esModule" has not been set), then set
  // "default" to the CommonJS "module.exports" for node compatibility.
  isNodeMode || !mod || !mod.__esModule ? __defProp(target, "default", { value: mod, enumerable: true }) : target,
  mod
));

// node_modules/yaml/dist/nodes/identity.js
var require_identity = __commonJS({
  "node_modules/yaml/dist/nodes/identity.js"(exports2) {
    "use strict";
    var ALIAS = /* @__PURE__ */ Symbol.for("yaml.alias");
    var DOC = /* @__PURE__ */ Symbol.for("yaml.document");
    var MAP = /* @__PURE__ */ Symbol.for("yaml.map");
    var PAIR = /* @__PURE__ */ Symbol.for("yaml.pair");
    var SCALAR = /* @__PURE__ */ Symbol.for("yaml.scalar");
    var SEQ = /* @__PURE__ */ Symbol.for("yaml.seq");
    var NODE_TYPE = /* @__PURE__ */ Symbol.for("yaml.node.type");
    var isAlias = (node) => !!node && typeof node === "object" && node[NODE_TYPE] === ALIAS;
    var isDocument = (node) => !!node && typeof node === "object" && node[NODE_TYPE] === DOC;
    var isMap7 = (node) => !!node && typeof node === "object" && node[NODE_TYPE] === MAP;
    var isPair = (node) => !!node && typeof node === "object" && node[NODE_TYPE] === PAIR;
    var isScalar7 = (node) => !!node && typeof node === "object" && node[NODE_TYPE] === SCALAR;
    var isSeq2 = (node) => !!node && typeof node === "object" && node[NODE_TYPE] === SEQ;
    function isCollection2(node) {
      if (node && typeof node === "object")
        switch (node[NODE_TYPE]) {
          case MAP:
          case SEQ:
            return true;
        }
      return false;
    }
    function isNode3(node) {
      if (node && typeof node === "object")
        switch (node[NODE_TYPE]) {
          case ALIAS:
          case MAP:
          case SCALAR:
          case SEQ:
            return true;
        }
      return false;
    }
    var hasAnchor = (node) => (isScalar7(node) || isCollection2(node)) && !!node.anchor;
    exports2.ALIAS = ALIAS;
    exports2.DOC = DOC;
    exports2.MAP = MAP;
    exports2.NODE_TYPE = NODE_TYPE;
    exports2.PAIR = PAIR;
    exports2.SCALAR = SCALAR;
    exports2.SEQ = SEQ;
    exports2.hasAnchor = hasAnchor;
    exports2.isAlias = isAlias;
    exports2.isCollection = isCollection2;
    exports2.isDocument = isDocument;
    exports2.isMap = isMap7;
    exports2.isNode = isNode3;
    exports2.isPair = isPair;
    exports2.isScalar = isScalar7;
    exports2.isSeq = isSeq2;
  }
});

// node_modules/yaml/dist/visit.js
var require_visit = __commonJS({
  "node_modules/yaml/dist/visit.js"(exports2) {
    "use strict";
    var identity = require_identity();
    var BREAK = /* @__PURE__ */ Symbol("break visit");
    var SKIP = /* @__PURE__ */ Symbol("skip children");
    var REMOVE = /* @__PURE__ */ Symbol("remove node");
    function visit3(node, visitor) {
      const visitor_ = initVisitor(visitor);
      if (identity.isDocument(node)) {
        const cd = visit_(null, node.contents, visitor_, Object.freeze([node]));
        if (cd === REMOVE)
          node.contents = null;
      } else
        visit_(null, node, visitor_, Object.freeze([]));
    }
    visit3.BREAK = BREAK;
    visit3.SKIP = SKIP;
    visit3.REMOVE = REMOVE;
    function visit_(key, node, visitor, path) {
      const ctrl = callVisitor(key, node, visitor, path);
      if (identity.isNode(ctrl) || identity.isPair(ctrl)) {
        replaceNode(key, path, ctrl);
        return visit_(key, ctrl, visitor, path);
      }
      if (typeof ctrl !== "symbol") {
        if (identity.isCollection(node)) {
          path = Object.freeze(path.concat(node));
          for (let i = 0; i < node.items.length; ++i) {
            const ci = visit_(i, node.items[i], visitor, path);
            if (typeof ci === "number")
              i = ci - 1;
            else if (ci === BREAK)
              return BREAK;
            else if (ci === REMOVE) {
              node.items.splice(i, 1);
              i -= 1;
            }
          }
        } else if (identity.isPair(node)) {
          path = Object.freeze(path.concat(node));
          const ck = visit_("key", node.key, visitor, path);
          if (ck === BREAK)
            return BREAK;
          else if (ck === REMOVE)
            node.key = null;
          const cv = visit_("value", node.value, visitor, path);
          if (cv === BREAK)
            return BREAK;
          else if (cv === REMOVE)
            node.value = null;
        }
      }
      return ctrl;
    }
    async function visitAsync(node, visitor) {
      const visitor_ = initVisitor(visitor);
      if (identity.isDocument(node)) {
        const cd = await visitAsync_(null, node.contents, visitor_, Object.freeze([node]));
        if (cd === REMOVE)
          node.contents = null;
      } else
        await visitAsync_(null, node, visitor_, Object.freeze([]));
    }
    visitAsync.BREAK = BREAK;
    visitAsync.SKIP = SKIP;
    visitAsync.REMOVE = REMOVE;
    async function visitAsync_(key, node, visitor, path) {
      const ctrl = await callVisitor(key, node, visitor, path);
      if (identity.isNode(ctrl) || identity.isPair(ctrl)) {
        replaceNode(key, path, ctrl);
        return visitAsync_(key, ctrl, visitor, path);
      }
      if (typeof ctrl !== "symbol") {
        if (identity.isCollection(node)) {
          path = Object.freeze(path.concat(node));
          for (let i = 0; i < node.items.length; ++i) {
            const ci = await visitAsync_(i, node.items[i], visitor, path);
            if (typeof ci === "number")
              i = ci - 1;
            else if (ci === BREAK)
              return BREAK;
            else if (ci === REMOVE) {
              node.items.splice(i, 1);
              i -= 1;
            }
          }
        } else if (identity.isPair(node)) {
          path = Object.freeze(path.concat(node));
          const ck = await visitAsync_("key", node.key, visitor, path);
          if (ck === BREAK)
            return BREAK;
          else if (ck === REMOVE)
            node.key = null;
          const cv = await visitAsync_("value", node.value, visitor, path);
          if (cv === BREAK)
            return BREAK;
          else if (cv === REMOVE)
            node.value = null;
        }
      }
      return ctrl;
    }
    function initVisitor(visitor) {
      if (typeof visitor === "object" && (visitor.Collection || visitor.Node || visitor.Value)) {
        return Object.assign({
          Alias: visitor.Node,
          Map: visitor.Node,
          Scalar: visitor.Node,
          Seq: visitor.Node
        }, visitor.Value && {
          Map: visitor.Value,
          Scalar: visitor.Value,
          Seq: visitor.Value
        }, visitor.Collection && {
          Map: visitor.Collection,
          Seq: visitor.Collection
        }, visitor);
      }
      return visitor;
    }
    function callVisitor(key, node, visitor, path) {
      if (typeof visitor === "function")
        return visitor(key, node, path);
      if (identity.isMap(node))
        return visitor.Map?.(key, node, path);
      if (identity.isSeq(node))
        return visitor.Seq?.(key, node, path);
      if (identity.isPair(node))
        return visitor.Pair?.(key, node, path);
      if (identity.isScalar(node))
        return visitor.Scalar?.(key, node, path);
      if (identity.isAlias(node))
        return visitor.Alias?.(key, node, path);
      return void 0;
    }
    function replaceNode(key, path, node) {
      const parent = path[path.length - 1];
      if (identity.isCollection(parent)) {
        parent.items[key] = node;
      } else if (identity.isPair(parent)) {
        if (key === "key")
          parent.key = node;
        else
          parent.value = node;
      } else if (identity.isDocument(parent)) {
        parent.contents = node;
      } else {
        const pt = identity.isAlias(parent) ? "alias" : "scalar";
        throw new Error(`Cannot replace node with ${pt} parent`);
      }
    }
    exports2.visit = visit3;
    exports2.visitAsync = visitAsync;
  }
});

// node_modules/yaml/dist/doc/directives.js
var require_directives = __commonJS({
  "node_modules/yaml/dist/doc/directives.js"(exports2) {
    "use strict";
    var identity = require_identity();
    var visit3 = require_visit();
    var escapeChars = {
      "!": "%21",
      ",": "%2C",
      "[": "%5B",
      "]": "%5D",
      "{": "%7B",
      "}": "%7D"
    };
    var escapeTagName = (tn) => tn.replace(/[!,[\]{}]/g, (ch) => escapeChars[ch]);
    var Directives = class _Directives {
      constructor(yaml, tags) {
        this.docStart = null;
        this.docEnd = false;
        this.yaml = Object.assign({}, _Directives.defaultYaml, yaml);
        this.tags = Object.assign({}, _Directives.defaultTags, tags);
      }
      clone() {
        const copy = new _Directives(this.yaml, this.tags);
        copy.docStart = this.docStart;
        return copy;
      }
      /**
       * During parsing, get a Directives instance for the current document and
       * update the stream state according to the current version's spec.
       */
      atDocument() {
        const res = new _Directives(this.yaml, this.tags);
        switch (this.yaml.version) {
          case "1.1":
            this.atNextDocument = true;
            break;
          case "1.2":
            this.atNextDocument = false;
            this.yaml = {
              explicit: _Directives.defaultYaml.explicit,
              version: "1.2"
            };
            this.tags = Object.assign({}, _Directives.defaultTags);
            break;
        }
        return res;
      }
      /**
       * @param onError - May be called even if the action was successful
       * @returns `true` on success
       */
      add(line, onError) {
        if (this.atNextDocument) {
          this.yaml = { explicit: _Directives.defaultYaml.explicit, version: "1.1" };
          this.tags = Object.assign({}, _Directives.defaultTags);
          this.atNextDocument = false;
        }
        const parts = line.trim().split(/[ \t]+/);
        const name = parts.shift();
        switch (name) {
          case "%TAG": {
            if (parts.length !== 2) {
              onError(0, "%TAG directive should contain exactly two parts");
              if (parts.length < 2)
                return false;
            }
            const [handle, prefix] = parts;
            this.tags[handle] = prefix;
            return true;
          }
          case "%YAML": {
            this.yaml.explicit = true;
            if (parts.length !== 1) {
              onError(0, "%YAML directive should contain exactly one part");
              return false;
            }
            const [version] = parts;
            if (version === "1.1" || version === "1.2") {
              this.yaml.version = version;
              return true;
            } else {
              const isValid = /^\d+\.\d+$/.test(version);
              onError(6, `Unsupported YAML version ${version}`, isValid);
              return false;
            }
          }
          default:
            onError(0, `Unknown directive ${name}`, true);
            return false;
        }
      }
      /**
       * Resolves a tag, matching handles to those defined in %TAG directives.
       *
       * @returns Resolved tag, which may also be the non-specific tag `'!'` or a
       *   `'!local'` tag, or `null` if unresolvable.
       */
      tagName(source, onError) {
        if (source === "!")
          return "!";
        if (source[0] !== "!") {
          onError(`Not a valid tag: ${source}`);
          return null;
        }
        if (source[1] === "<") {
          const verbatim = source.slice(2, -1);
          if (verbatim === "!" || verbatim === "!!") {
            onError(`Verbatim tags aren't resolved, so ${source} is invalid.`);
            return null;
          }
          if (source[source.length - 1] !== ">")
            onError("Verbatim tags must end with a >");
          return verbatim;
        }
        const [, handle, suffix] = source.match(/^(.*!)([^!]*)$/s);
        if (!suffix)
          onError(`The ${source} tag has no suffix`);
        const prefix = this.tags[handle];
        if (prefix) {
          try {
            return prefix + decodeURIComponent(suffix);
          } catch (error) {
            onError(String(error));
            return null;
          }
        }
        if (handle === "!")
          return source;
        onError(`Could not resolve tag: ${source}`);
        return null;
      }
      /**
       * Given a fully resolved tag, returns its printable string form,
       * taking into account current tag prefixes and defaults.
       */
      tagString(tag) {
        for (const [handle, prefix] of Object.entries(this.tags)) {
          if (tag.startsWith(prefix))
            return handle + escapeTagName(tag.substring(prefix.length));
        }
        return tag[0] === "!" ? tag : `!<${tag}>`;
      }
      toString(doc) {
        const lines = this.yaml.explicit ? [`%YAML ${this.yaml.version || "1.2"}`] : [];
        const tagEntries = Object.entries(this.tags);
        let tagNames;
        if (doc && tagEntries.length > 0 && identity.isNode(doc.contents)) {
          const tags = {};
          visit3.visit(doc.contents, (_key, node) => {
            if (identity.isNode(node) && node.tag)
              tags[node.tag] = true;
          });
          tagNames = Object.keys(tags);
        } else
          tagNames = [];
        for (const [handle, prefix] of tagEntries) {
          if (handle === "!!" && prefix === "tag:yaml.org,2002:")
            continue;
          if (!doc || tagNames.some((tn) => tn.startsWith(prefix)))
            lines.push(`%TAG ${handle} ${prefix}`);
        }
        return lines.join("\n");
      }
    };
    Directives.defaultYaml = { explicit: false, version: "1.2" };
    Directives.defaultTags = { "!!": "tag:yaml.org,2002:" };
    exports2.Directives = Directives;
  }
});

// node_modules/yaml/dist/doc/anchors.js
var require_anchors = __commonJS({
  "node_modules/yaml/dist/doc/anchors.js"(exports2) {
    "use strict";
    var identity = require_identity();
    var visit3 = require_visit();
    function anchorIsValid(anchor) {
      if (/[\x00-\x19\s,[\]{}]/.test(anchor)) {
        const sa = JSON.stringify(anchor);
        const msg = `Anchor must not contain whitespace or control characters: ${sa}`;
        throw new Error(msg);
      }
      return true;
    }
    function anchorNames(root) {
      const anchors = /* @__PURE__ */ new Set();
      visit3.visit(root, {
        Value(_key, node) {
          if (node.anchor)
            anchors.add(node.anchor);
        }
      });
      return anchors;
    }
    function findNewAnchor(prefix, exclude) {
      for (let i = 1; true; ++i) {
        const name = `${prefix}${i}`;
        if (!exclude.has(name))
          return name;
      }
    }
    function createNodeAnchors(doc, prefix) {
      const aliasObjects = [];
      const sourceObjects = /* @__PURE__ */ new Map();
      let prevAnchors = null;
      return {
        onAnchor: (source) => {
          aliasObjects.push(source);
          prevAnchors ?? (prevAnchors = anchorNames(doc));
          const anchor = findNewAnchor(prefix, prevAnchors);
          prevAnchors.add(anchor);
          return anchor;
        },
        /**
         * With circular references, the source node is only resolved after all
         * of its child nodes are. This is why anchors are set only after all of
         * the nodes have been created.
         */
        setAnchors: () => {
          for (const source of aliasObjects) {
            const ref = sourceObjects.get(source);
            if (typeof ref === "object" && ref.anchor && (identity.isScalar(ref.node) || identity.isCollection(ref.node))) {
              ref.node.anchor = ref.anchor;
            } else {
              const error = new Error("Failed to resolve repeated object (this should not happen)");
              error.source = source;
              throw error;
            }
          }
        },
        sourceObjects
      };
    }
    exports2.anchorIsValid = anchorIsValid;
    exports2.anchorNames = anchorNames;
    exports2.createNodeAnchors = createNodeAnchors;
    exports2.findNewAnchor = findNewAnchor;
  }
});

// node_modules/yaml/dist/doc/applyReviver.js
var require_applyReviver = __commonJS({
  "node_modules/yaml/dist/doc/applyReviver.js"(exports2) {
    "use strict";
    function applyReviver(reviver, obj, key, val) {
      if (val && typeof val === "object") {
        if (Array.isArray(val)) {
          for (let i = 0, len = val.length; i < len; ++i) {
            const v0 = val[i];
            const v1 = applyReviver(reviver, val, String(i), v0);
            if (v1 === void 0)
              delete val[i];
            else if (v1 !== v0)
              val[i] = v1;
          }
        } else if (val instanceof Map) {
          for (const k of Array.from(val.keys())) {
            const v0 = val.get(k);
            const v1 = applyReviver(reviver, val, k, v0);
            if (v1 === void 0)
              val.delete(k);
            else if (v1 !== v0)
              val.set(k, v1);
          }
        } else if (val instanceof Set) {
          for (const v0 of Array.from(val)) {
            const v1 = applyReviver(reviver, val, v0, v0);
            if (v1 === void 0)
              val.delete(v0);
            else if (v1 !== v0) {
              val.delete(v0);
              val.add(v1);
            }
          }
        } else {
          for (const [k, v0] of Object.entries(val)) {
            const v1 = applyReviver(reviver, val, k, v0);
            if (v1 === void 0)
              delete val[k];
            else if (v1 !== v0)
              val[k] = v1;
          }
        }
      }
      return reviver.call(obj, key, val);
    }
    exports2.applyReviver = applyReviver;
  }
});

// node_modules/yaml/dist/nodes/toJS.js
var require_toJS = __commonJS({
  "node_modules/yaml/dist/nodes/toJS.js"(exports2) {
    "use strict";
    var identity = require_identity();
    function toJS(value, arg, ctx) {
      if (Array.isArray(value))
        return value.map((v, i) => toJS(v, String(i), ctx));
      if (value && typeof value.toJSON === "function") {
        if (!ctx || !identity.hasAnchor(value))
          return value.toJSON(arg, ctx);
        const data = { aliasCount: 0, count: 1, res: void 0 };
        ctx.anchors.set(value, data);
        ctx.onCreate = (res2) => {
          data.res = res2;
          delete ctx.onCreate;
        };
        const res = value.toJSON(arg, ctx);
        if (ctx.onCreate)
          ctx.onCreate(res);
        return res;
      }
      if (typeof value === "bigint" && !ctx?.keep)
        return Number(value);
      return value;
    }
    exports2.toJS = toJS;
  }
});

// node_modules/yaml/dist/nodes/Node.js
var require_Node = __commonJS({
  "node_modules/yaml/dist/nodes/Node.js"(exports2) {
    "use strict";
    var applyReviver = require_applyReviver();
    var identity = require_identity();
    var toJS = require_toJS();
    var NodeBase = class {
      constructor(type) {
        Object.defineProperty(this, identity.NODE_TYPE, { value: type });
      }
      /** Create a copy of this node.  */
      clone() {
        const copy = Object.create(Object.getPrototypeOf(this), Object.getOwnPropertyDescriptors(this));
        if (this.range)
          copy.range = this.range.slice();
        return copy;
      }
      /** A plain JavaScript representation of this node. */
      toJS(doc, { mapAsMap, maxAliasCount, onAnchor, reviver } = {}) {
        if (!identity.isDocument(doc))
          throw new TypeError("A document argument is required");
        const ctx = {
          anchors: /* @__PURE__ */ new Map(),
          doc,
          keep: true,
          mapAsMap: mapAsMap === true,
          mapKeyWarned: false,
          maxAliasCount: typeof maxAliasCount === "number" ? maxAliasCount : 100
        };
        const res = toJS.toJS(this, "", ctx);
        if (typeof onAnchor === "function")
          for (const { count, res: res2 } of ctx.anchors.values())
            onAnchor(res2, count);
        return typeof reviver === "function" ? applyReviver.applyReviver(reviver, { "": res }, "", res) : res;
      }
    };
    exports2.NodeBase = NodeBase;
  }
});

// node_modules/yaml/dist/nodes/Alias.js
var require_Alias = __commonJS({
  "node_modules/yaml/dist/nodes/Alias.js"(exports2) {
    "use strict";
    var anchors = require_anchors();
    var visit3 = require_visit();
    var identity = require_identity();
    var Node = require_Node();
    var toJS = require_toJS();
    var Alias = class extends Node.NodeBase {
      constructor(source) {
        super(identity.ALIAS);
        this.source = source;
        Object.defineProperty(this, "tag", {
          set() {
            throw new Error("Alias nodes cannot have tags");
          }
        });
      }
      /**
       * Resolve the value of this alias within `doc`, finding the last
       * instance of the `source` anchor before this node.
       */
      resolve(doc, ctx) {
        if (ctx?.maxAliasCount === 0)
          throw new ReferenceError("Alias resolution is disabled");
        let nodes;
        if (ctx?.aliasResolveCache) {
          nodes = ctx.aliasResolveCache;
        } else {
          nodes = [];
          visit3.visit(doc, {
            Node: (_key, node) => {
              if (identity.isAlias(node) || identity.hasAnchor(node))
                nodes.push(node);
            }
          });
          if (ctx)
            ctx.aliasResolveCache = nodes;
        }
        let found = void 0;
        for (const node of nodes) {
          if (node === this)
            break;
          if (node.anchor === this.source)
            found = node;
        }
        if (found && ctx) {
          const { anchors: anchors2, doc: doc2, maxAliasCount } = ctx;
          let data = anchors2.get(found);
          if (!data) {
            toJS.toJS(found, null, ctx);
            data = anchors2.get(found);
          }
          if (data?.res === void 0) {
            const msg = "This should not happen: Alias anchor was not resolved?";
            throw new ReferenceError(msg);
          }
          if (maxAliasCount >= 0) {
            data.count += 1;
            if (data.aliasCount === 0)
              data.aliasCount = getAliasCount(doc2, found, anchors2);
            if (data.count * data.aliasCount > maxAliasCount) {
              const msg = "Excessive alias count indicates a resource exhaustion attack";
              throw new ReferenceError(msg);
            }
          }
        }
        return found;
      }
      toJSON(_arg, ctx) {
        if (!ctx)
          return { source: this.source };
        const source = this.resolve(ctx.doc, ctx);
        if (!source) {
          const msg = `Unresolved alias (the anchor must be set before the alias): ${this.source}`;
          throw new ReferenceError(msg);
        }
        return ctx.anchors.get(source).res;
      }
      toString(ctx, _onComment, _onChompKeep) {
        const src = `*${this.source}`;
        if (ctx) {
          anchors.anchorIsValid(this.source);
          if (ctx.options.verifyAliasOrder && !ctx.anchors.has(this.source)) {
            const msg = `Unresolved alias (the anchor must be set before the alias): ${this.source}`;
            throw new Error(msg);
          }
          if (ctx.implicitKey)
            return `${src} `;
        }
        return src;
      }
    };
    function getAliasCount(doc, node, anchors2) {
      if (identity.isAlias(node)) {
        const source = node.resolve(doc);
        const anchor = anchors2 && source && anchors2.get(source);
        return anchor ? anchor.count * anchor.aliasCount : 0;
      } else if (identity.isCollection(node)) {
        let count = 0;
        for (const item of node.items) {
          const c = getAliasCount(doc, item, anchors2);
          if (c > count)
            count = c;
        }
        return count;
      } else if (identity.isPair(node)) {
        const kc = getAliasCount(doc, node.key, anchors2);
        const vc = getAliasCount(doc, node.value, anchors2);
        return Math.max(kc, vc);
      }
      return 1;
    }
    exports2.Alias = Alias;
  }
});

// node_modules/yaml/dist/nodes/Scalar.js
var require_Scalar = __commonJS({
  "node_modules/yaml/dist/nodes/Scalar.js"(exports2) {
    "use strict";
    var identity = require_identity();
    var Node = require_Node();
    var toJS = require_toJS();
    var isScalarValue = (value) => !value || typeof value !== "function" && typeof value !== "object";
    var Scalar3 = class extends Node.NodeBase {
      constructor(value) {
        super(identity.SCALAR);
        this.value = value;
      }
      toJSON(arg, ctx) {
        return ctx?.keep ? this.value : toJS.toJS(this.value, arg, ctx);
      }
      toString() {
        return String(this.value);
      }
    };
    Scalar3.BLOCK_FOLDED = "BLOCK_FOLDED";
    Scalar3.BLOCK_LITERAL = "BLOCK_LITERAL";
    Scalar3.PLAIN = "PLAIN";
    Scalar3.QUOTE_DOUBLE = "QUOTE_DOUBLE";
    Scalar3.QUOTE_SINGLE = "QUOTE_SINGLE";
    exports2.Scalar = Scalar3;
    exports2.isScalarValue = isScalarValue;
  }
});

// node_modules/yaml/dist/doc/createNode.js
var require_createNode = __commonJS({
  "node_modules/yaml/dist/doc/createNode.js"(exports2) {
    "use strict";
    var Alias = require_Alias();
    var identity = require_identity();
    var Scalar3 = require_Scalar();
    var defaultTagPrefix = "tag:yaml.org,2002:";
    function findTagObject(value, tagName, tags) {
      if (tagName) {
        const match = tags.filter((t) => t.tag === tagName);
        const tagObj = match.find((t) => !t.format) ?? match[0];
        if (!tagObj)
          throw new Error(`Tag ${tagName} not found`);
        return tagObj;
      }
      return tags.find((t) => t.identify?.(value) && !t.format);
    }
    function createNode(value, tagName, ctx) {
      if (identity.isDocument(value))
        value = value.contents;
      if (identity.isNode(value))
        return value;
      if (identity.isPair(value)) {
        const map = ctx.schema[identity.MAP].createNode?.(ctx.schema, null, ctx);
        map.items.push(value);
        return map;
      }
      if (value instanceof String || value instanceof Number || value instanceof Boolean || typeof BigInt !== "undefined" && value instanceof BigInt) {
        value = value.valueOf();
      }
      const { aliasDuplicateObjects, onAnchor, onTagObj, schema, sourceObjects } = ctx;
      let ref = void 0;
      if (aliasDuplicateObjects && value && typeof value === "object") {
        ref = sourceObjects.get(value);
        if (ref) {
          ref.anchor ?? (ref.anchor = onAnchor(value));
          return new Alias.Alias(ref.anchor);
        } else {
          ref = { anchor: null, node: null };
          sourceObjects.set(value, ref);
        }
      }
      if (tagName?.startsWith("!!"))
        tagName = defaultTagPrefix + tagName.slice(2);
      let tagObj = findTagObject(value, tagName, schema.tags);
      if (!tagObj) {
        if (value && typeof value.toJSON === "function") {
          value = value.toJSON();
        }
        if (!value || typeof value !== "object") {
          const node2 = new Scalar3.Scalar(value);
          if (ref)
            ref.node = node2;
          return node2;
        }
        tagObj = value instanceof Map ? schema[identity.MAP] : Symbol.iterator in Object(value) ? schema[identity.SEQ] : schema[identity.MAP];
      }
      if (onTagObj) {
        onTagObj(tagObj);
        delete ctx.onTagObj;
      }
      const node = tagObj?.createNode ? tagObj.createNode(ctx.schema, value, ctx) : typeof tagObj?.nodeClass?.from === "function" ? tagObj.nodeClass.from(ctx.schema, value, ctx) : new Scalar3.Scalar(value);
      if (tagName)
        node.tag = tagName;
      else if (!tagObj.default)
        node.tag = tagObj.tag;
      if (ref)
        ref.node = node;
      return node;
    }
    exports2.createNode = createNode;
  }
});

// node_modules/yaml/dist/nodes/Collection.js
var require_Collection = __commonJS({
  "node_modules/yaml/dist/nodes/Collection.js"(exports2) {
    "use strict";
    var createNode = require_createNode();
    var identity = require_identity();
    var Node = require_Node();
    function collectionFromPath(schema, path, value) {
      let v = value;
      for (let i = path.length - 1; i >= 0; --i) {
        const k = path[i];
        if (typeof k === "number" && Number.isInteger(k) && k >= 0) {
          const a = [];
          a[k] = v;
          v = a;
        } else {
          v = /* @__PURE__ */ new Map([[k, v]]);
        }
      }
      return createNode.createNode(v, void 0, {
        aliasDuplicateObjects: false,
        keepUndefined: false,
        onAnchor: () => {
          throw new Error("This should not happen, please report a bug.");
        },
        schema,
        sourceObjects: /* @__PURE__ */ new Map()
      });
    }
    var isEmptyPath = (path) => path == null || typeof path === "object" && !!path[Symbol.iterator]().next().done;
    var Collection = class extends Node.NodeBase {
      constructor(type, schema) {
        super(type);
        Object.defineProperty(this, "schema", {
          value: schema,
          configurable: true,
          enumerable: false,
          writable: true
        });
      }
      /**
       * Create a copy of this collection.
       *
       * @param schema - If defined, overwrites the original's schema
       */
      clone(schema) {
        const copy = Object.create(Object.getPrototypeOf(this), Object.getOwnPropertyDescriptors(this));
        if (schema)
          copy.schema = schema;
        copy.items = copy.items.map((it) => identity.isNode(it) || identity.isPair(it) ? it.clone(schema) : it);
        if (this.range)
          copy.range = this.range.slice();
        return copy;
      }
      /**
       * Adds a value to the collection. For `!!map` and `!!omap` the value must
       * be a Pair instance or a `{ key, value }` object, which may not have a key
       * that already exists in the map.
       */
      addIn(path, value) {
        if (isEmptyPath(path))
          this.add(value);
        else {
          const [key, ...rest] = path;
          const node = this.get(key, true);
          if (identity.isCollection(node))
            node.addIn(rest, value);
          else if (node === void 0 && this.schema)
            this.set(key, collectionFromPath(this.schema, rest, value));
          else
            throw new Error(`Expected YAML collection at ${key}. Remaining path: ${rest}`);
        }
      }
      /**
       * Removes a value from the collection.
       * @returns `true` if the item was found and removed.
       */
      deleteIn(path) {
        const [key, ...rest] = path;
        if (rest.length === 0)
          return this.delete(key);
        const node = this.get(key, true);
        if (identity.isCollection(node))
          return node.deleteIn(rest);
        else
          throw new Error(`Expected YAML collection at ${key}. Remaining path: ${rest}`);
      }
      /**
       * Returns item at `key`, or `undefined` if not found. By default unwraps
       * scalar values from their surrounding node; to disable set `keepScalar` to
       * `true` (collections are always returned intact).
       */
      getIn(path, keepScalar) {
        const [key, ...rest] = path;
        const node = this.get(key, true);
        if (rest.length === 0)
          return !keepScalar && identity.isScalar(node) ? node.value : node;
        else
          return identity.isCollection(node) ? node.getIn(rest, keepScalar) : void 0;
      }
      hasAllNullValues(allowScalar) {
        return this.items.every((node) => {
          if (!identity.isPair(node))
            return false;
          const n = node.value;
          return n == null || allowScalar && identity.isScalar(n) && n.value == null && !n.commentBefore && !n.comment && !n.tag;
        });
      }
      /**
       * Checks if the collection includes a value with the key `key`.
       */
      hasIn(path) {
        const [key, ...rest] = path;
        if (rest.length === 0)
          return this.has(key);
        const node = this.get(key, true);
        return identity.isCollection(node) ? node.hasIn(rest) : false;
      }
      /**
       * Sets a value in this collection. For `!!set`, `value` needs to be a
       * boolean to add/remove the item from the set.
       */
      setIn(path, value) {
        const [key, ...rest] = path;
        if (rest.length === 0) {
          this.set(key, value);
        } else {
          const node = this.get(key, true);
          if (identity.isCollection(node))
            node.setIn(rest, value);
          else if (node === void 0 && this.schema)
            this.set(key, collectionFromPath(this.schema, rest, value));
          else
            throw new Error(`Expected YAML collection at ${key}. Remaining path: ${rest}`);
        }
      }
    };
    exports2.Collection = Collection;
    exports2.collectionFromPath = collectionFromPath;
    exports2.isEmptyPath = isEmptyPath;
  }
});

// node_modules/yaml/dist/stringify/stringifyComment.js
var require_stringifyComment = __commonJS({
  "node_modules/yaml/dist/stringify/stringifyComment.js"(exports2) {
    "use strict";
    var stringifyComment = (str) => str.replace(/^(?!$)(?: $)?/gm, "#");
    function indentComment(comment, indent) {
      if (/^\n+$/.test(comment))
        return comment.substring(1);
      return indent ? comment.replace(/^(?! *$)/gm, indent) : comment;
    }
    var lineComment = (str, indent, comment) => str.endsWith("\n") ? indentComment(comment, indent) : comment.includes("\n") ? "\n" + indentComment(comment, indent) : (str.endsWith(" ") ? "" : " ") + comment;
    exports2.indentComment = indentComment;
    exports2.lineComment = lineComment;
    exports2.stringifyComment = stringifyComment;
  }
});

// node_modules/yaml/dist/stringify/foldFlowLines.js
var require_foldFlowLines = __commonJS({
  "node_modules/yaml/dist/stringify/foldFlowLines.js"(exports2) {
    "use strict";
    var FOLD_FLOW = "flow";
    var FOLD_BLOCK = "block";
    var FOLD_QUOTED = "quoted";
    function foldFlowLines(text, indent, mode = "flow", { indentAtStart, lineWidth = 80, minContentWidth = 20, onFold, onOverflow } = {}) {
      if (!lineWidth || lineWidth < 0)
        return text;
      if (lineWidth < minContentWidth)
        minContentWidth = 0;
      const endStep = Math.max(1 + minContentWidth, 1 + lineWidth - indent.length);
      if (text.length <= endStep)
        return text;
      const folds = [];
      const escapedFolds = {};
      let end = lineWidth - indent.length;
      if (typeof indentAtStart === "number") {
        if (indentAtStart > lineWidth - Math.max(2, minContentWidth))
          folds.push(0);
        else
          end = lineWidth - indentAtStart;
      }
      let split = void 0;
      let prev = void 0;
      let overflow = false;
      let i = -1;
      let escStart = -1;
      let escEnd = -1;
      if (mode === FOLD_BLOCK) {
        i = consumeMoreIndentedLines(text, i, indent.length);
        if (i !== -1)
          end = i + endStep;
      }
      for (let ch; ch = text[i += 1]; ) {
        if (mode === FOLD_QUOTED && ch === "\\") {
          escStart = i;
          switch (text[i + 1]) {
            case "x":
              i += 3;
              break;
            case "u":
              i += 5;
              break;
            case "U":
              i += 9;
              break;
            default:
              i += 1;
          }
          escEnd = i;
        }
        if (ch === "\n") {
          if (mode === FOLD_BLOCK)
            i = consumeMoreIndentedLines(text, i, indent.length);
          end = i + indent.length + endStep;
          split = void 0;
        } else {
          if (ch === " " && prev && prev !== " " && prev !== "\n" && prev !== "	") {
            const next = text[i + 1];
            if (next && next !== " " && next !== "\n" && next !== "	")
              split = i;
          }
          if (i >= end) {
            if (split) {
              folds.push(split);
              end = split + endStep;
              split = void 0;
            } else if (mode === FOLD_QUOTED) {
              while (prev === " " || prev === "	") {
                prev = ch;
                ch = text[i += 1];
                overflow = true;
              }
              const j = i > escEnd + 1 ? i - 2 : escStart - 1;
              if (escapedFolds[j])
                return text;
              folds.push(j);
              escapedFolds[j] = true;
              end = j + endStep;
              split = void 0;
            } else {
              overflow = true;
            }
          }
        }
        prev = ch;
      }
      if (overflow && onOverflow)
        onOverflow();
      if (folds.length === 0)
        return text;
      if (onFold)
        onFold();
      let res = text.slice(0, folds[0]);
      for (let i2 = 0; i2 < folds.length; ++i2) {
        const fold = folds[i2];
        const end2 = folds[i2 + 1] || text.length;
        if (fold === 0)
          res = `
${indent}${text.slice(0, end2)}`;
        else {
          if (mode === FOLD_QUOTED && escapedFolds[fold])
            res += `${text[fold]}\\`;
          res += `
${indent}${text.slice(fold + 1, end2)}`;
        }
      }
      return res;
    }
    function consumeMoreIndentedLines(text, i, indent) {
      let end = i;
      let start = i + 1;
      let ch = text[start];
      while (ch === " " || ch === "	") {
        if (i < start + indent) {
          ch = text[++i];
        } else {
          do {
            ch = text[++i];
          } while (ch && ch !== "\n");
          end = i;
          start = i + 1;
          ch = text[start];
        }
      }
      return end;
    }
    exports2.FOLD_BLOCK = FOLD_BLOCK;
    exports2.FOLD_FLOW = FOLD_FLOW;
    exports2.FOLD_QUOTED = FOLD_QUOTED;
    exports2.foldFlowLines = foldFlowLines;
  }
});

// node_modules/yaml/dist/stringify/stringifyString.js
var require_stringifyString = __commonJS({
  "node_modules/yaml/dist/stringify/stringifyString.js"(exports2) {
    "use strict";
    var Scalar3 = require_Scalar();
    var foldFlowLines = require_foldFlowLines();
    var getFoldOptions = (ctx, isBlock) => ({
      indentAtStart: isBlock ? ctx.indent.length : ctx.indentAtStart,
      lineWidth: ctx.options.lineWidth,
      minContentWidth: ctx.options.minContentWidth
    });
    var containsDocumentMarker = (str) => /^(%|---|\.\.\.)/m.test(str);
    function lineLengthOverLimit(str, lineWidth, indentLength) {
      if (!lineWidth || lineWidth < 0)
        return false;
      const limit = lineWidth - indentLength;
      const strLen = str.length;
      if (strLen <= limit)
        return false;
      for (let i = 0, start = 0; i < strLen; ++i) {
        if (str[i] === "\n") {
          if (i - start > limit)
            return true;
          start = i + 1;
          if (strLen - start <= limit)
            return false;
        }
      }
      return true;
    }
    function doubleQuotedString(value, ctx) {
      const json2 = JSON.stringify(value);
      if (ctx.options.doubleQuotedAsJSON)
        return json2;
      const { implicitKey } = ctx;
      const minMultiLineLength = ctx.options.doubleQuotedMinMultiLineLength;
      const indent = ctx.indent || (containsDocumentMarker(value) ? "  " : "");
      let str = "";
      let start = 0;
      for (let i = 0, ch = json2[i]; ch; ch = json2[++i]) {
        if (ch === " " && json2[i + 1] === "\\" && json2[i + 2] === "n") {
          str += json2.slice(start, i) + "\\ ";
          i += 1;
          start = i;
          ch = "\\";
        }
        if (ch === "\\")
          switch (json2[i + 1]) {
            case "u":
              {
                str += json2.slice(start, i);
                const code = json2.substr(i + 2, 4);
                switch (code) {
                  case "0000":
                    str += "\\0";
                    break;
                  case "0007":
                    str += "\\a";
                    break;
                  case "000b":
                    str += "\\v";
                    break;
                  case "001b":
                    str += "\\e";
                    break;
                  case "0085":
                    str += "\\N";
                    break;
                  case "00a0":
                    str += "\\_";
                    break;
                  case "2028":
                    str += "\\L";
                    break;
                  case "2029":
                    str += "\\P";
                    break;
                  default:
                    if (code.substr(0, 2) === "00")
                      str += "\\x" + code.substr(2);
                    else
                      str += json2.substr(i, 6);
                }
                i += 5;
                start = i + 1;
              }
              break;
            case "n":
              if (implicitKey || json2[i + 2] === '"' || json2.length < minMultiLineLength) {
                i += 1;
              } else {
                str += json2.slice(start, i) + "\n\n";
                while (json2[i + 2] === "\\" && json2[i + 3] === "n" && json2[i + 4] !== '"') {
                  str += "\n";
                  i += 2;
                }
                str += indent;
                if (json2[i + 2] === " ")
                  str += "\\";
                i += 1;
                start = i + 1;
              }
              break;
            default:
              i += 1;
          }
      }
      str = start ? str + json2.slice(start) : json2;
      return implicitKey ? str : foldFlowLines.foldFlowLines(str, indent, foldFlowLines.FOLD_QUOTED, getFoldOptions(ctx, false));
    }
    function singleQuotedString(value, ctx) {
      if (ctx.options.singleQuote === false || ctx.implicitKey && value.includes("\n") || /[ \t]\n|\n[ \t]/.test(value))
        return doubleQuotedString(value, ctx);
      const indent = ctx.indent || (containsDocumentMarker(value) ? "  " : "");
      const res = "'" + value.replace(/'/g, "''").replace(/\n+/g, `$&
${indent}`) + "'";
      return ctx.implicitKey ? res : foldFlowLines.foldFlowLines(res, indent, foldFlowLines.FOLD_FLOW, getFoldOptions(ctx, false));
    }
    function quotedString(value, ctx) {
      const { singleQuote } = ctx.options;
      let qs;
      if (singleQuote === false)
        qs = doubleQuotedString;
      else {
        const hasDouble = value.includes('"');
        const hasSingle = value.includes("'");
        if (hasDouble && !hasSingle)
          qs = singleQuotedString;
        else if (hasSingle && !hasDouble)
          qs = doubleQuotedString;
        else
          qs = singleQuote ? singleQuotedString : doubleQuotedString;
      }
      return qs(value, ctx);
    }
    var blockEndNewlines;
    try {
      blockEndNewlines = new RegExp("(^|(?<!\n))\n+(?!\n|$)", "g");
    } catch {
      blockEndNewlines = /\n+(?!\n|$)/g;
    }
    function blockString({ comment, type, value }, ctx, onComment, onChompKeep) {
      const { blockQuote, commentString, lineWidth } = ctx.options;
      if (!blockQuote || /\n[\t ]+$/.test(value)) {
        return quotedString(value, ctx);
      }
      const indent = ctx.indent || (ctx.forceBlockIndent || containsDocumentMarker(value) ? "  " : "");
      const literal2 = blockQuote === "literal" ? true : blockQuote === "folded" || type === Scalar3.Scalar.BLOCK_FOLDED ? false : type === Scalar3.Scalar.BLOCK_LITERAL ? true : !lineLengthOverLimit(value, lineWidth, indent.length);
      if (!value)
        return literal2 ? "|\n" : ">\n";
      let chomp;
      let endStart;
      for (endStart = value.length; endStart > 0; --endStart) {
        const ch = value[endStart - 1];
        if (ch !== "\n" && ch !== "	" && ch !== " ")
          break;
      }
      let end = value.substring(endStart);
      const endNlPos = end.indexOf("\n");
      if (endNlPos === -1) {
        chomp = "-";
      } else if (value === end || endNlPos !== end.length - 1) {
        chomp = "+";
        if (onChompKeep)
          onChompKeep();
      } else {
        chomp = "";
      }
      if (end) {
        value = value.slice(0, -end.length);
        if (end[end.length - 1] === "\n")
          end = end.slice(0, -1);
        end = end.replace(blockEndNewlines, `$&${indent}`);
      }
      let startWithSpace = false;
      let startEnd;
      let startNlPos = -1;
      for (startEnd = 0; startEnd < value.length; ++startEnd) {
        const ch = value[startEnd];
        if (ch === " ")
          startWithSpace = true;
        else if (ch === "\n")
          startNlPos = startEnd;
        else
          break;
      }
      let start = value.substring(0, startNlPos < startEnd ? startNlPos + 1 : startEnd);
      if (start) {
        value = value.substring(start.length);
        start = start.replace(/\n+/g, `$&${indent}`);
      }
      const indentSize = indent ? "2" : "1";
      let header = (startWithSpace ? indentSize : "") + chomp;
      if (comment) {
        header += " " + commentString(comment.replace(/ ?[\r\n]+/g, " "));
        if (onComment)
          onComment();
      }
      if (!literal2) {
        const foldedValue = value.replace(/\n+/g, "\n$&").replace(/(?:^|\n)([\t ].*)(?:([\n\t ]*)\n(?![\n\t ]))?/g, "$1$2").replace(/\n+/g, `$&${indent}`);
        let literalFallback = false;
        const foldOptions = getFoldOptions(ctx, true);
        if (blockQuote !== "folded" && type !== Scalar3.Scalar.BLOCK_FOLDED) {
          foldOptions.onOverflow = () => {
            literalFallback = true;
          };
        }
        const body = foldFlowLines.foldFlowLines(`${start}${foldedValue}${end}`, indent, foldFlowLines.FOLD_BLOCK, foldOptions);
        if (!literalFallback)
          return `>${header}
${indent}${body}`;
      }
      value = value.replace(/\n+/g, `$&${indent}`);
      return `|${header}
${indent}${start}${value}${end}`;
    }
    function plainString(item, ctx, onComment, onChompKeep) {
      const { type, value } = item;
      const { actualString, implicitKey, indent, indentStep, inFlow } = ctx;
      if (implicitKey && value.includes("\n") || inFlow && /[[\]{},]/.test(value)) {
        return quotedString(value, ctx);
      }
      if (/^[\n\t ,[\]{}#&*!|>'"%@`]|^[?-]$|^[?-][ \t]|[\n:][ \t]|[ \t]\n|[\n\t ]#|[\n\t :]$/.test(value)) {
        return implicitKey || inFlow || !value.includes("\n") ? quotedString(value, ctx) : blockString(item, ctx, onComment, onChompKeep);
      }
      if (!implicitKey && !inFlow && type !== Scalar3.Scalar.PLAIN && value.includes("\n")) {
        return blockString(item, ctx, onComment, onChompKeep);
      }
      if (containsDocumentMarker(value)) {
        if (indent === "") {
          ctx.forceBlockIndent = true;
          return blockString(item, ctx, onComment, onChompKeep);
        } else if (implicitKey && indent === indentStep) {
          return quotedString(value, ctx);
        }
      }
      const str = value.replace(/\n+/g, `$&
${indent}`);
      if (actualString) {
        const test = (tag) => tag.default && tag.tag !== "tag:yaml.org,2002:str" && tag.test?.test(str);
        const { compat, tags } = ctx.doc.schema;
        if (tags.some(test) || compat?.some(test))
          return quotedString(value, ctx);
      }
      return implicitKey ? str : foldFlowLines.foldFlowLines(str, indent, foldFlowLines.FOLD_FLOW, getFoldOptions(ctx, false));
    }
    function stringifyString(item, ctx, onComment, onChompKeep) {
      const { implicitKey, inFlow } = ctx;
      const ss = typeof item.value === "string" ? item : Object.assign({}, item, { value: String(item.value) });
      let { type } = item;
      if (type !== Scalar3.Scalar.QUOTE_DOUBLE) {
        if (/[\x00-\x08\x0b-\x1f\x7f-\x9f\u{D800}-\u{DFFF}]/u.test(ss.value))
          type = Scalar3.Scalar.QUOTE_DOUBLE;
      }
      const _stringify = (_type) => {
        switch (_type) {
          case Scalar3.Scalar.BLOCK_FOLDED:
          case Scalar3.Scalar.BLOCK_LITERAL:
            return implicitKey || inFlow ? quotedString(ss.value, ctx) : blockString(ss, ctx, onComment, onChompKeep);
          case Scalar3.Scalar.QUOTE_DOUBLE:
            return doubleQuotedString(ss.value, ctx);
          case Scalar3.Scalar.QUOTE_SINGLE:
            return singleQuotedString(ss.value, ctx);
          case Scalar3.Scalar.PLAIN:
            return plainString(ss, ctx, onComment, onChompKeep);
          default:
            return null;
        }
      };
      let res = _stringify(type);
      if (res === null) {
        const { defaultKeyType, defaultStringType } = ctx.options;
        const t = implicitKey && defaultKeyType || defaultStringType;
        res = _stringify(t);
        if (res === null)
          throw new Error(`Unsupported default string type ${t}`);
      }
      return res;
    }
    exports2.stringifyString = stringifyString;
  }
});

// node_modules/yaml/dist/stringify/stringify.js
var require_stringify = __commonJS({
  "node_modules/yaml/dist/stringify/stringify.js"(exports2) {
    "use strict";
    var anchors = require_anchors();
    var identity = require_identity();
    var stringifyComment = require_stringifyComment();
    var stringifyString = require_stringifyString();
    function createStringifyContext(doc, options) {
      const opt = Object.assign({
        blockQuote: true,
        commentString: stringifyComment.stringifyComment,
        defaultKeyType: null,
        defaultStringType: "PLAIN",
        directives: null,
        doubleQuotedAsJSON: false,
        doubleQuotedMinMultiLineLength: 40,
        falseStr: "false",
        flowCollectionPadding: true,
        indentSeq: true,
        lineWidth: 80,
        minContentWidth: 20,
        nullStr: "null",
        simpleKeys: false,
        singleQuote: null,
        trailingComma: false,
        trueStr: "true",
        verifyAliasOrder: true
      }, doc.schema.toStringOptions, options);
      let inFlow;
      switch (opt.collectionStyle) {
        case "block":
          inFlow = false;
          break;
        case "flow":
          inFlow = true;
          break;
        default:
          inFlow = null;
      }
      return {
        anchors: /* @__PURE__ */ new Set(),
        doc,
        flowCollectionPadding: opt.flowCollectionPadding ? " " : "",
        indent: "",
        indentStep: typeof opt.indent === "number" ? " ".repeat(opt.indent) : "  ",
        inFlow,
        options: opt
      };
    }
    function getTagObject(tags, item) {
      if (item.tag) {
        const match = tags.filter((t) => t.tag === item.tag);
        if (match.length > 0)
          return match.find((t) => t.format === item.format) ?? match[0];
      }
      let tagObj = void 0;
      let obj;
      if (identity.isScalar(item)) {
        obj = item.value;
        let match = tags.filter((t) => t.identify?.(obj));
        if (match.length > 1) {
          const testMatch = match.filter((t) => t.test);
          if (testMatch.length > 0)
            match = testMatch;
        }
        tagObj = match.find((t) => t.format === item.format) ?? match.find((t) => !t.format);
      } else {
        obj = item;
        tagObj = tags.find((t) => t.nodeClass && obj instanceof t.nodeClass);
      }
      if (!tagObj) {
        const name = obj?.constructor?.name ?? (obj === null ? "null" : typeof obj);
        throw new Error(`Tag not resolved for ${name} value`);
      }
      return tagObj;
    }
    function stringifyProps(node, tagObj, { anchors: anchors$1, doc }) {
      if (!doc.directives)
        return "";
      const props = [];
      const anchor = (identity.isScalar(node) || identity.isCollection(node)) && node.anchor;
      if (anchor && anchors.anchorIsValid(anchor)) {
        anchors$1.add(anchor);
        props.push(`&${anchor}`);
      }
      const tag = node.tag ?? (tagObj.default ? null : tagObj.tag);
      if (tag)
        props.push(doc.directives.tagString(tag));
      return props.join(" ");
    }
    function stringify2(item, ctx, onComment, onChompKeep) {
      if (identity.isPair(item))
        return item.toString(ctx, onComment, onChompKeep);
      if (identity.isAlias(item)) {
        if (ctx.doc.directives)
          return item.toString(ctx);
        if (ctx.resolvedAliases?.has(item)) {
          throw new TypeError(`Cannot stringify circular structure without alias nodes`);
        } else {
          if (ctx.resolvedAliases)
            ctx.resolvedAliases.add(item);
          else
            ctx.resolvedAliases = /* @__PURE__ */ new Set([item]);
          item = item.resolve(ctx.doc);
        }
      }
      let tagObj = void 0;
      const node = identity.isNode(item) ? item : ctx.doc.createNode(item, { onTagObj: (o) => tagObj = o });
      tagObj ?? (tagObj = getTagObject(ctx.doc.schema.tags, node));
      const props = stringifyProps(node, tagObj, ctx);
      if (props.length > 0)
        ctx.indentAtStart = (ctx.indentAtStart ?? 0) + props.length + 1;
      const str = typeof tagObj.stringify === "function" ? tagObj.stringify(node, ctx, onComment, onChompKeep) : identity.isScalar(node) ? stringifyString.stringifyString(node, ctx, onComment, onChompKeep) : node.toString(ctx, onComment, onChompKeep);
      if (!props)
        return str;
      return identity.isScalar(node) || str[0] === "{" || str[0] === "[" ? `${props} ${str}` : `${props}
${ctx.indent}${str}`;
    }
    exports2.createStringifyContext = createStringifyContext;
    exports2.stringify = stringify2;
  }
});

// node_modules/yaml/dist/stringify/stringifyPair.js
var require_stringifyPair = __commonJS({
  "node_modules/yaml/dist/stringify/stringifyPair.js"(exports2) {
    "use strict";
    var identity = require_identity();
    var Scalar3 = require_Scalar();
    var stringify2 = require_stringify();
    var stringifyComment = require_stringifyComment();
    function stringifyPair({ key, value }, ctx, onComment, onChompKeep) {
      const { allNullValues, doc, indent, indentStep, options: { commentString, indentSeq, simpleKeys } } = ctx;
      let keyComment = identity.isNode(key) && key.comment || null;
      if (simpleKeys) {
        if (keyComment) {
          throw new Error("With simple keys, key nodes cannot have comments");
        }
        if (identity.isCollection(key) || !identity.isNode(key) && typeof key === "object") {
          const msg = "With simple keys, collection cannot be used as a key value";
          throw new Error(msg);
        }
      }
      let explicitKey = !simpleKeys && (!key || keyComment && value == null && !ctx.inFlow || identity.isCollection(key) || (identity.isScalar(key) ? key.type === Scalar3.Scalar.BLOCK_FOLDED || key.type === Scalar3.Scalar.BLOCK_LITERAL : typeof key === "object"));
      ctx = Object.assign({}, ctx, {
        allNullValues: false,
        implicitKey: !explicitKey && (simpleKeys || !allNullValues),
        indent: indent + indentStep
      });
      let keyCommentDone = false;
      let chompKeep = false;
      let str = stringify2.stringify(key, ctx, () => keyCommentDone = true, () => chompKeep = true);
      if (!explicitKey && !ctx.inFlow && str.length > 1024) {
        if (simpleKeys)
          throw new Error("With simple keys, single line scalar must not span more than 1024 characters");
        explicitKey = true;
      }
      if (ctx.inFlow) {
        if (allNullValues || value == null) {
          if (keyCommentDone && onComment)
            onComment();
          return str === "" ? "?" : explicitKey ? `? ${str}` : str;
        }
      } else if (allNullValues && !simpleKeys || value == null && explicitKey) {
        str = `? ${str}`;
        if (keyComment && !keyCommentDone) {
          str += stringifyComment.lineComment(str, ctx.indent, commentString(keyComment));
        } else if (chompKeep && onChompKeep)
          onChompKeep();
        return str;
      }
      if (keyCommentDone)
        keyComment = null;
      if (explicitKey) {
        if (keyComment)
          str += stringifyComment.lineComment(str, ctx.indent, commentString(keyComment));
        str = `? ${str}
${indent}:`;
      } else {
        str = `${str}:`;
        if (keyComment)
          str += stringifyComment.lineComment(str, ctx.indent, commentString(keyComment));
      }
      let vsb, vcb, valueComment;
      if (identity.isNode(value)) {
        vsb = !!value.spaceBefore;
        vcb = value.commentBefore;
        valueComment = value.comment;
      } else {
        vsb = false;
        vcb = null;
        valueComment = null;
        if (value && typeof value === "object")
          value = doc.createNode(value);
      }
      ctx.implicitKey = false;
      if (!explicitKey && !keyComment && identity.isScalar(value))
        ctx.indentAtStart = str.length + 1;
      chompKeep = false;
      if (!indentSeq && indentStep.length >= 2 && !ctx.inFlow && !explicitKey && identity.isSeq(value) && !value.flow && !value.tag && !value.anchor) {
        ctx.indent = ctx.indent.substring(2);
      }
      let valueCommentDone = false;
      const valueStr = stringify2.stringify(value, ctx, () => valueCommentDone = true, () => chompKeep = true);
      let ws = " ";
      if (keyComment || vsb || vcb) {
        ws = vsb ? "\n" : "";
        if (vcb) {
          const cs = commentString(vcb);
          ws += `
${stringifyComment.indentComment(cs, ctx.indent)}`;
        }
        if (valueStr === "" && !ctx.inFlow) {
          if (ws === "\n" && valueComment)
            ws = "\n\n";
        } else {
          ws += `
${ctx.indent}`;
        }
      } else if (!explicitKey && identity.isCollection(value)) {
        const vs0 = valueStr[0];
        const nl0 = valueStr.indexOf("\n");
        const hasNewline = nl0 !== -1;
        const flow = ctx.inFlow ?? value.flow ?? value.items.length === 0;
        if (hasNewline || !flow) {
          let hasPropsLine = false;
          if (hasNewline && (vs0 === "&" || vs0 === "!")) {
            let sp0 = valueStr.indexOf(" ");
            if (vs0 === "&" && sp0 !== -1 && sp0 < nl0 && valueStr[sp0 + 1] === "!") {
              sp0 = valueStr.indexOf(" ", sp0 + 1);
            }
            if (sp0 === -1 || nl0 < sp0)
              hasPropsLine = true;
          }
          if (!hasPropsLine)
            ws = `
${ctx.indent}`;
        }
      } else if (valueStr === "" || valueStr[0] === "\n") {
        ws = "";
      }
      str += ws + valueStr;
      if (ctx.inFlow) {
        if (valueCommentDone && onComment)
          onComment();
      } else if (valueComment && !valueCommentDone) {
        str += stringifyComment.lineComment(str, ctx.indent, commentString(valueComment));
      } else if (chompKeep && onChompKeep) {
        onChompKeep();
      }
      return str;
    }
    exports2.stringifyPair = stringifyPair;
  }
});

// node_modules/yaml/dist/log.js
var require_log = __commonJS({
  "node_modules/yaml/dist/log.js"(exports2) {
    "use strict";
    var node_process = require("process");
    function debug(logLevel, ...messages) {
      if (logLevel === "debug")
        console.log(...messages);
    }
    function warn(logLevel, warning) {
      if (logLevel === "debug" || logLevel === "warn") {
        if (typeof node_process.emitWarning === "function")
          node_process.emitWarning(warning);
        else
          console.warn(warning);
      }
    }
    exports2.debug = debug;
    exports2.warn = warn;
  }
});

// node_modules/yaml/dist/schema/yaml-1.1/merge.js
var require_merge = __commonJS({
  "node_modules/yaml/dist/schema/yaml-1.1/merge.js"(exports2) {
    "use strict";
    var identity = require_identity();
    var Scalar3 = require_Scalar();
    var MERGE_KEY = "<<";
    var merge = {
      identify: (value) => value === MERGE_KEY || typeof value === "symbol" && value.description === MERGE_KEY,
      default: "key",
      tag: "tag:yaml.org,2002:merge",
      test: /^<<$/,
      resolve: () => Object.assign(new Scalar3.Scalar(Symbol(MERGE_KEY)), {
        addToJSMap: addMergeToJSMap
      }),
      stringify: () => MERGE_KEY
    };
    var isMergeKey = (ctx, key) => (merge.identify(key) || identity.isScalar(key) && (!key.type || key.type === Scalar3.Scalar.PLAIN) && merge.identify(key.value)) && ctx?.doc.schema.tags.some((tag) => tag.tag === merge.tag && tag.default);
    function addMergeToJSMap(ctx, map, value) {
      const source = resolveAliasValue(ctx, value);
      if (identity.isSeq(source))
        for (const it of source.items)
          mergeValue(ctx, map, it);
      else if (Array.isArray(source))
        for (const it of source)
          mergeValue(ctx, map, it);
      else
        mergeValue(ctx, map, source);
    }
    function mergeValue(ctx, map, value) {
      const source = resolveAliasValue(ctx, value);
      if (!identity.isMap(source))
        throw new Error("Merge sources must be maps or map aliases");
      const srcMap = source.toJSON(null, ctx, Map);
      for (const [key, value2] of srcMap) {
        if (map instanceof Map) {
          if (!map.has(key))
            map.set(key, value2);
        } else if (map instanceof Set) {
          map.add(key);
        } else if (!Object.prototype.hasOwnProperty.call(map, key)) {
          Object.defineProperty(map, key, {
            value: value2,
            writable: true,
            enumerable: true,
            configurable: true
          });
        }
      }
      return map;
    }
    function resolveAliasValue(ctx, value) {
      return ctx && identity.isAlias(value) ? value.resolve(ctx.doc, ctx) : value;
    }
    exports2.addMergeToJSMap = addMergeToJSMap;
    exports2.isMergeKey = isMergeKey;
    exports2.merge = merge;
  }
});

// node_modules/yaml/dist/nodes/addPairToJSMap.js
var require_addPairToJSMap = __commonJS({
  "node_modules/yaml/dist/nodes/addPairToJSMap.js"(exports2) {
    "use strict";
    var log = require_log();
    var merge = require_merge();
    var stringify2 = require_stringify();
    var identity = require_identity();
    var toJS = require_toJS();
    function addPairToJSMap(ctx, map, { key, value }) {
      if (identity.isNode(key) && key.addToJSMap)
        key.addToJSMap(ctx, map, value);
      else if (merge.isMergeKey(ctx, key))
        merge.addMergeToJSMap(ctx, map, value);
      else {
        const jsKey = toJS.toJS(key, "", ctx);
        if (map instanceof Map) {
          map.set(jsKey, toJS.toJS(value, jsKey, ctx));
        } else if (map instanceof Set) {
          map.add(jsKey);
        } else {
          const stringKey = stringifyKey(key, jsKey, ctx);
          const jsValue = toJS.toJS(value, stringKey, ctx);
          if (stringKey in map)
            Object.defineProperty(map, stringKey, {
              value: jsValue,
              writable: true,
              enumerable: true,
              configurable: true
            });
          else
            map[stringKey] = jsValue;
        }
      }
      return map;
    }
    function stringifyKey(key, jsKey, ctx) {
      if (jsKey === null)
        return "";
      if (typeof jsKey !== "object")
        return String(jsKey);
      if (identity.isNode(key) && ctx?.doc) {
        const strCtx = stringify2.createStringifyContext(ctx.doc, {});
        strCtx.anchors = /* @__PURE__ */ new Set();
        for (const node of ctx.anchors.keys())
          strCtx.anchors.add(node.anchor);
        strCtx.inFlow = true;
        strCtx.inStringifyKey = true;
        const strKey = key.toString(strCtx);
        if (!ctx.mapKeyWarned) {
          let jsonStr = JSON.stringify(strKey);
          if (jsonStr.length > 40)
            jsonStr = jsonStr.substring(0, 36) + '..."';
          log.warn(ctx.doc.options.logLevel, `Keys with collection values will be stringified due to JS Object restrictions: ${jsonStr}. Set mapAsMap: true to use object keys.`);
          ctx.mapKeyWarned = true;
        }
        return strKey;
      }
      return JSON.stringify(jsKey);
    }
    exports2.addPairToJSMap = addPairToJSMap;
  }
});

// node_modules/yaml/dist/nodes/Pair.js
var require_Pair = __commonJS({
  "node_modules/yaml/dist/nodes/Pair.js"(exports2) {
    "use strict";
    var createNode = require_createNode();
    var stringifyPair = require_stringifyPair();
    var addPairToJSMap = require_addPairToJSMap();
    var identity = require_identity();
    function createPair(key, value, ctx) {
      const k = createNode.createNode(key, void 0, ctx);
      const v = createNode.createNode(value, void 0, ctx);
      return new Pair(k, v);
    }
    var Pair = class _Pair {
      constructor(key, value = null) {
        Object.defineProperty(this, identity.NODE_TYPE, { value: identity.PAIR });
        this.key = key;
        this.value = value;
      }
      clone(schema) {
        let { key, value } = this;
        if (identity.isNode(key))
          key = key.clone(schema);
        if (identity.isNode(value))
          value = value.clone(schema);
        return new _Pair(key, value);
      }
      toJSON(_, ctx) {
        const pair = ctx?.mapAsMap ? /* @__PURE__ */ new Map() : {};
        return addPairToJSMap.addPairToJSMap(ctx, pair, this);
      }
      toString(ctx, onComment, onChompKeep) {
        return ctx?.doc ? stringifyPair.stringifyPair(this, ctx, onComment, onChompKeep) : JSON.stringify(this);
      }
    };
    exports2.Pair = Pair;
    exports2.createPair = createPair;
  }
});

// node_modules/yaml/dist/stringify/stringifyCollection.js
var require_stringifyCollection = __commonJS({
  "node_modules/yaml/dist/stringify/stringifyCollection.js"(exports2) {
    "use strict";
    var identity = require_identity();
    var stringify2 = require_stringify();
    var stringifyComment = require_stringifyComment();
    function stringifyCollection(collection, ctx, options) {
      const flow = ctx.inFlow ?? collection.flow;
      const stringify3 = flow ? stringifyFlowCollection : stringifyBlockCollection;
      return stringify3(collection, ctx, options);
    }
    function stringifyBlockCollection({ comment, items }, ctx, { blockItemPrefix, flowChars, itemIndent, onChompKeep, onComment }) {
      const { indent, options: { commentString } } = ctx;
      const itemCtx = Object.assign({}, ctx, { indent: itemIndent, type: null });
      let chompKeep = false;
      const lines = [];
      for (let i = 0; i < items.length; ++i) {
        const item = items[i];
        let comment2 = null;
        if (identity.isNode(item)) {
          if (!chompKeep && item.spaceBefore)
            lines.push("");
          addCommentBefore(ctx, lines, item.commentBefore, chompKeep);
          if (item.comment)
            comment2 = item.comment;
        } else if (identity.isPair(item)) {
          const ik = identity.isNode(item.key) ? item.key : null;
          if (ik) {
            if (!chompKeep && ik.spaceBefore)
              lines.push("");
            addCommentBefore(ctx, lines, ik.commentBefore, chompKeep);
          }
        }
        chompKeep = false;
        let str2 = stringify2.stringify(item, itemCtx, () => comment2 = null, () => chompKeep = true);
        if (comment2)
          str2 += stringifyComment.lineComment(str2, itemIndent, commentString(comment2));
        if (chompKeep && comment2)
          chompKeep = false;
        lines.push(blockItemPrefix + str2);
      }
      let str;
      if (lines.length === 0) {
        str = flowChars.start + flowChars.end;
      } else {
        str = lines[0];
        for (let i = 1; i < lines.length; ++i) {
          const line = lines[i];
          str += line ? `
${indent}${line}` : "\n";
        }
      }
      if (comment) {
        str += "\n" + stringifyComment.indentComment(commentString(comment), indent);
        if (onComment)
          onComment();
      } else if (chompKeep && onChompKeep)
        onChompKeep();
      return str;
    }
    function stringifyFlowCollection({ items }, ctx, { flowChars, itemIndent }) {
      const { indent, indentStep, flowCollectionPadding: fcPadding, options: { commentString } } = ctx;
      itemIndent += indentStep;
      const itemCtx = Object.assign({}, ctx, {
        indent: itemIndent,
        inFlow: true,
        type: null
      });
      let reqNewline = false;
      let linesAtValue = 0;
      const lines = [];
      for (let i = 0; i < items.length; ++i) {
        const item = items[i];
        let comment = null;
        if (identity.isNode(item)) {
          if (item.spaceBefore)
            lines.push("");
          addCommentBefore(ctx, lines, item.commentBefore, false);
          if (item.comment)
            comment = item.comment;
        } else if (identity.isPair(item)) {
          const ik = identity.isNode(item.key) ? item.key : null;
          if (ik) {
            if (ik.spaceBefore)
              lines.push("");
            addCommentBefore(ctx, lines, ik.commentBefore, false);
            if (ik.comment)
              reqNewline = true;
          }
          const iv = identity.isNode(item.value) ? item.value : null;
          if (iv) {
            if (iv.comment)
              comment = iv.comment;
            if (iv.commentBefore)
              reqNewline = true;
          } else if (item.value == null && ik?.comment) {
            comment = ik.comment;
          }
        }
        if (comment)
          reqNewline = true;
        let str = stringify2.stringify(item, itemCtx, () => comment = null);
        reqNewline || (reqNewline = lines.length > linesAtValue || str.includes("\n"));
        if (i < items.length - 1) {
          str += ",";
        } else if (ctx.options.trailingComma) {
          if (ctx.options.lineWidth > 0) {
            reqNewline || (reqNewline = lines.reduce((sum, line) => sum + line.length + 2, 2) + (str.length + 2) > ctx.options.lineWidth);
          }
          if (reqNewline) {
            str += ",";
          }
        }
        if (comment)
          str += stringifyComment.lineComment(str, itemIndent, commentString(comment));
        lines.push(str);
        linesAtValue = lines.length;
      }
      const { start, end } = flowChars;
      if (lines.length === 0) {
        return start + end;
      } else {
        if (!reqNewline) {
          const len = lines.reduce((sum, line) => sum + line.length + 2, 2);
          reqNewline = ctx.options.lineWidth > 0 && len > ctx.options.lineWidth;
        }
        if (reqNewline) {
          let str = start;
          for (const line of lines)
            str += line ? `
${indentStep}${indent}${line}` : "\n";
          return `${str}
${indent}${end}`;
        } else {
          return `${start}${fcPadding}${lines.join(" ")}${fcPadding}${end}`;
        }
      }
    }
    function addCommentBefore({ indent, options: { commentString } }, lines, comment, chompKeep) {
      if (comment && chompKeep)
        comment = comment.replace(/^\n+/, "");
      if (comment) {
        const ic = stringifyComment.indentComment(commentString(comment), indent);
        lines.push(ic.trimStart());
      }
    }
    exports2.stringifyCollection = stringifyCollection;
  }
});

// node_modules/yaml/dist/nodes/YAMLMap.js
var require_YAMLMap = __commonJS({
  "node_modules/yaml/dist/nodes/YAMLMap.js"(exports2) {
    "use strict";
    var stringifyCollection = require_stringifyCollection();
    var addPairToJSMap = require_addPairToJSMap();
    var Collection = require_Collection();
    var identity = require_identity();
    var Pair = require_Pair();
    var Scalar3 = require_Scalar();
    function findPair(items, key) {
      const k = identity.isScalar(key) ? key.value : key;
      for (const it of items) {
        if (identity.isPair(it)) {
          if (it.key === key || it.key === k)
            return it;
          if (identity.isScalar(it.key) && it.key.value === k)
            return it;
        }
      }
      return void 0;
    }
    var YAMLMap2 = class extends Collection.Collection {
      static get tagName() {
        return "tag:yaml.org,2002:map";
      }
      constructor(schema) {
        super(identity.MAP, schema);
        this.items = [];
      }
      /**
       * A generic collection parsing method that can be extended
       * to other node classes that inherit from YAMLMap
       */
      static from(schema, obj, ctx) {
        const { keepUndefined, replacer } = ctx;
        const map = new this(schema);
        const add = (key, value) => {
          if (typeof replacer === "function")
            value = replacer.call(obj, key, value);
          else if (Array.isArray(replacer) && !replacer.includes(key))
            return;
          if (value !== void 0 || keepUndefined)
            map.items.push(Pair.createPair(key, value, ctx));
        };
        if (obj instanceof Map) {
          for (const [key, value] of obj)
            add(key, value);
        } else if (obj && typeof obj === "object") {
          for (const key of Object.keys(obj))
            add(key, obj[key]);
        }
        if (typeof schema.sortMapEntries === "function") {
          map.items.sort(schema.sortMapEntries);
        }
        return map;
      }
      /**
       * Adds a value to the collection.
       *
       * @param overwrite - If not set `true`, using a key that is already in the
       *   collection will throw. Otherwise, overwrites the previous value.
       */
      add(pair, overwrite) {
        let _pair;
        if (identity.isPair(pair))
          _pair = pair;
        else if (!pair || typeof pair !== "object" || !("key" in pair)) {
          _pair = new Pair.Pair(pair, pair?.value);
        } else
          _pair = new Pair.Pair(pair.key, pair.value);
        const prev = findPair(this.items, _pair.key);
        const sortEntries = this.schema?.sortMapEntries;
        if (prev) {
          if (!overwrite)
            throw new Error(`Key ${_pair.key} already set`);
          if (identity.isScalar(prev.value) && Scalar3.isScalarValue(_pair.value))
            prev.value.value = _pair.value;
          else
            prev.value = _pair.value;
        } else if (sortEntries) {
          const i = this.items.findIndex((item) => sortEntries(_pair, item) < 0);
          if (i === -1)
            this.items.push(_pair);
          else
            this.items.splice(i, 0, _pair);
        } else {
          this.items.push(_pair);
        }
      }
      delete(key) {
        const it = findPair(this.items, key);
        if (!it)
          return false;
        const del = this.items.splice(this.items.indexOf(it), 1);
        return del.length > 0;
      }
      get(key, keepScalar) {
        const it = findPair(this.items, key);
        const node = it?.value;
        return (!keepScalar && identity.isScalar(node) ? node.value : node) ?? void 0;
      }
      has(key) {
        return !!findPair(this.items, key);
      }
      set(key, value) {
        this.add(new Pair.Pair(key, value), true);
      }
      /**
       * @param ctx - Conversion context, originally set in Document#toJS()
       * @param {Class} Type - If set, forces the returned collection type
       * @returns Instance of Type, Map, or Object
       */
      toJSON(_, ctx, Type) {
        const map = Type ? new Type() : ctx?.mapAsMap ? /* @__PURE__ */ new Map() : {};
        if (ctx?.onCreate)
          ctx.onCreate(map);
        for (const item of this.items)
          addPairToJSMap.addPairToJSMap(ctx, map, item);
        return map;
      }
      toString(ctx, onComment, onChompKeep) {
        if (!ctx)
          return JSON.stringify(this);
        for (const item of this.items) {
          if (!identity.isPair(item))
            throw new Error(`Map items must all be pairs; found ${JSON.stringify(item)} instead`);
        }
        if (!ctx.allNullValues && this.hasAllNullValues(false))
          ctx = Object.assign({}, ctx, { allNullValues: true });
        return stringifyCollection.stringifyCollection(this, ctx, {
          blockItemPrefix: "",
          flowChars: { start: "{", end: "}" },
          itemIndent: ctx.indent || "",
          onChompKeep,
          onComment
        });
      }
    };
    exports2.YAMLMap = YAMLMap2;
    exports2.findPair = findPair;
  }
});

// node_modules/yaml/dist/schema/common/map.js
var require_map = __commonJS({
  "node_modules/yaml/dist/schema/common/map.js"(exports2) {
    "use strict";
    var identity = require_identity();
    var YAMLMap2 = require_YAMLMap();
    var map = {
      collection: "map",
      default: true,
      nodeClass: YAMLMap2.YAMLMap,
      tag: "tag:yaml.org,2002:map",
      resolve(map2, onError) {
        if (!identity.isMap(map2))
          onError("Expected a mapping for this tag");
        return map2;
      },
      createNode: (schema, obj, ctx) => YAMLMap2.YAMLMap.from(schema, obj, ctx)
    };
    exports2.map = map;
  }
});

// node_modules/yaml/dist/nodes/YAMLSeq.js
var require_YAMLSeq = __commonJS({
  "node_modules/yaml/dist/nodes/YAMLSeq.js"(exports2) {
    "use strict";
    var createNode = require_createNode();
    var stringifyCollection = require_stringifyCollection();
    var Collection = require_Collection();
    var identity = require_identity();
    var Scalar3 = require_Scalar();
    var toJS = require_toJS();
    var YAMLSeq = class extends Collection.Collection {
      static get tagName() {
        return "tag:yaml.org,2002:seq";
      }
      constructor(schema) {
        super(identity.SEQ, schema);
        this.items = [];
      }
      add(value) {
        this.items.push(value);
      }
      /**
       * Removes a value from the collection.
       *
       * `key` must contain a representation of an integer for this to succeed.
       * It may be wrapped in a `Scalar`.
       *
       * @returns `true` if the item was found and removed.
       */
      delete(key) {
        const idx = asItemIndex(key);
        if (typeof idx !== "number")
          return false;
        const del = this.items.splice(idx, 1);
        return del.length > 0;
      }
      get(key, keepScalar) {
        const idx = asItemIndex(key);
        if (typeof idx !== "number")
          return void 0;
        const it = this.items[idx];
        return !keepScalar && identity.isScalar(it) ? it.value : it;
      }
      /**
       * Checks if the collection includes a value with the key `key`.
       *
       * `key` must contain a representation of an integer for this to succeed.
       * It may be wrapped in a `Scalar`.
       */
      has(key) {
        const idx = asItemIndex(key);
        return typeof idx === "number" && idx < this.items.length;
      }
      /**
       * Sets a value in this collection. For `!!set`, `value` needs to be a
       * boolean to add/remove the item from the set.
       *
       * If `key` does not contain a representation of an integer, this will throw.
       * It may be wrapped in a `Scalar`.
       */
      set(key, value) {
        const idx = asItemIndex(key);
        if (typeof idx !== "number")
          throw new Error(`Expected a valid index, not ${key}.`);
        const prev = this.items[idx];
        if (identity.isScalar(prev) && Scalar3.isScalarValue(value))
          prev.value = value;
        else
          this.items[idx] = value;
      }
      toJSON(_, ctx) {
        const seq = [];
        if (ctx?.onCreate)
          ctx.onCreate(seq);
        let i = 0;
        for (const item of this.items)
          seq.push(toJS.toJS(item, String(i++), ctx));
        return seq;
      }
      toString(ctx, onComment, onChompKeep) {
        if (!ctx)
          return JSON.stringify(this);
        return stringifyCollection.stringifyCollection(this, ctx, {
          blockItemPrefix: "- ",
          flowChars: { start: "[", end: "]" },
          itemIndent: (ctx.indent || "") + "  ",
          onChompKeep,
          onComment
        });
      }
      static from(schema, obj, ctx) {
        const { replacer } = ctx;
        const seq = new this(schema);
        if (obj && Symbol.iterator in Object(obj)) {
          let i = 0;
          for (let it of obj) {
            if (typeof replacer === "function") {
              const key = obj instanceof Set ? it : String(i++);
              it = replacer.call(obj, key, it);
            }
            seq.items.push(createNode.createNode(it, void 0, ctx));
          }
        }
        return seq;
      }
    };
    function asItemIndex(key) {
      let idx = identity.isScalar(key) ? key.value : key;
      if (idx && typeof idx === "string")
        idx = Number(idx);
      return typeof idx === "number" && Number.isInteger(idx) && idx >= 0 ? idx : null;
    }
    exports2.YAMLSeq = YAMLSeq;
  }
});

// node_modules/yaml/dist/schema/common/seq.js
var require_seq = __commonJS({
  "node_modules/yaml/dist/schema/common/seq.js"(exports2) {
    "use strict";
    var identity = require_identity();
    var YAMLSeq = require_YAMLSeq();
    var seq = {
      collection: "seq",
      default: true,
      nodeClass: YAMLSeq.YAMLSeq,
      tag: "tag:yaml.org,2002:seq",
      resolve(seq2, onError) {
        if (!identity.isSeq(seq2))
          onError("Expected a sequence for this tag");
        return seq2;
      },
      createNode: (schema, obj, ctx) => YAMLSeq.YAMLSeq.from(schema, obj, ctx)
    };
    exports2.seq = seq;
  }
});

// node_modules/yaml/dist/schema/common/string.js
var require_string = __commonJS({
  "node_modules/yaml/dist/schema/common/string.js"(exports2) {
    "use strict";
    var stringifyString = require_stringifyString();
    var string = {
      identify: (value) => typeof value === "string",
      default: true,
      tag: "tag:yaml.org,2002:str",
      resolve: (str) => str,
      stringify(item, ctx, onComment, onChompKeep) {
        ctx = Object.assign({ actualString: true }, ctx);
        return stringifyString.stringifyString(item, ctx, onComment, onChompKeep);
      }
    };
    exports2.string = string;
  }
});

// node_modules/yaml/dist/schema/common/null.js
var require_null = __commonJS({
  "node_modules/yaml/dist/schema/common/null.js"(exports2) {
    "use strict";
    var Scalar3 = require_Scalar();
    var nullTag = {
      identify: (value) => value == null,
      createNode: () => new Scalar3.Scalar(null),
      default: true,
      tag: "tag:yaml.org,2002:null",
      test: /^(?:~|[Nn]ull|NULL)?$/,
      resolve: () => new Scalar3.Scalar(null),
      stringify: ({ source }, ctx) => typeof source === "string" && nullTag.test.test(source) ? source : ctx.options.nullStr
    };
    exports2.nullTag = nullTag;
  }
});

// node_modules/yaml/dist/schema/core/bool.js
var require_bool = __commonJS({
  "node_modules/yaml/dist/schema/core/bool.js"(exports2) {
    "use strict";
    var Scalar3 = require_Scalar();
    var boolTag = {
      identify: (value) => typeof value === "boolean",
      default: true,
      tag: "tag:yaml.org,2002:bool",
      test: /^(?:[Tt]rue|TRUE|[Ff]alse|FALSE)$/,
      resolve: (str) => new Scalar3.Scalar(str[0] === "t" || str[0] === "T"),
      stringify({ source, value }, ctx) {
        if (source && boolTag.test.test(source)) {
          const sv = source[0] === "t" || source[0] === "T";
          if (value === sv)
            return source;
        }
        return value ? ctx.options.trueStr : ctx.options.falseStr;
      }
    };
    exports2.boolTag = boolTag;
  }
});

// node_modules/yaml/dist/stringify/stringifyNumber.js
var require_stringifyNumber = __commonJS({
  "node_modules/yaml/dist/stringify/stringifyNumber.js"(exports2) {
    "use strict";
    function stringifyNumber({ format, minFractionDigits, tag, value }) {
      if (typeof value === "bigint")
        return String(value);
      const num = typeof value === "number" ? value : Number(value);
      if (!isFinite(num))
        return isNaN(num) ? ".nan" : num < 0 ? "-.inf" : ".inf";
      let n = Object.is(value, -0) ? "-0" : JSON.stringify(value);
      if (!format && minFractionDigits && (!tag || tag === "tag:yaml.org,2002:float") && /^-?\d/.test(n) && !n.includes("e")) {
        let i = n.indexOf(".");
        if (i < 0) {
          i = n.length;
          n += ".";
        }
        let d = minFractionDigits - (n.length - i - 1);
        while (d-- > 0)
          n += "0";
      }
      return n;
    }
    exports2.stringifyNumber = stringifyNumber;
  }
});

// node_modules/yaml/dist/schema/core/float.js
var require_float = __commonJS({
  "node_modules/yaml/dist/schema/core/float.js"(exports2) {
    "use strict";
    var Scalar3 = require_Scalar();
    var stringifyNumber = require_stringifyNumber();
    var floatNaN = {
      identify: (value) => typeof value === "number",
      default: true,
      tag: "tag:yaml.org,2002:float",
      test: /^(?:[-+]?\.(?:inf|Inf|INF)|\.nan|\.NaN|\.NAN)$/,
      resolve: (str) => str.slice(-3).toLowerCase() === "nan" ? NaN : str[0] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY,
      stringify: stringifyNumber.stringifyNumber
    };
    var floatExp = {
      identify: (value) => typeof value === "number",
      default: true,
      tag: "tag:yaml.org,2002:float",
      format: "EXP",
      test: /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)[eE][-+]?[0-9]+$/,
      resolve: (str) => parseFloat(str),
      stringify(node) {
        const num = Number(node.value);
        return isFinite(num) ? num.toExponential() : stringifyNumber.stringifyNumber(node);
      }
    };
    var float = {
      identify: (value) => typeof value === "number",
      default: true,
      tag: "tag:yaml.org,2002:float",
      test: /^[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*)$/,
      resolve(str) {
        const node = new Scalar3.Scalar(parseFloat(str));
        const dot = str.indexOf(".");
        if (dot !== -1 && str[str.length - 1] === "0")
          node.minFractionDigits = str.length - dot - 1;
        return node;
      },
      stringify: stringifyNumber.stringifyNumber
    };
    exports2.float = float;
    exports2.floatExp = floatExp;
    exports2.floatNaN = floatNaN;
  }
});

// node_modules/yaml/dist/schema/core/int.js
var require_int = __commonJS({
  "node_modules/yaml/dist/schema/core/int.js"(exports2) {
    "use strict";
    var stringifyNumber = require_stringifyNumber();
    var intIdentify = (value) => typeof value === "bigint" || Number.isInteger(value);
    var intResolve = (str, offset, radix, { intAsBigInt }) => intAsBigInt ? BigInt(str) : parseInt(str.substring(offset), radix);
    function intStringify(node, radix, prefix) {
      const { value } = node;
      if (intIdentify(value) && value >= 0)
        return prefix + value.toString(radix);
      return stringifyNumber.stringifyNumber(node);
    }
    var intOct = {
      identify: (value) => intIdentify(value) && value >= 0,
      default: true,
      tag: "tag:yaml.org,2002:int",
      format: "OCT",
      test: /^0o[0-7]+$/,
      resolve: (str, _onError, opt) => intResolve(str, 2, 8, opt),
      stringify: (node) => intStringify(node, 8, "0o")
    };
    var int = {
      identify: intIdentify,
      default: true,
      tag: "tag:yaml.org,2002:int",
      test: /^[-+]?[0-9]+$/,
      resolve: (str, _onError, opt) => intResolve(str, 0, 10, opt),
      stringify: stringifyNumber.stringifyNumber
    };
    var intHex = {
      identify: (value) => intIdentify(value) && value >= 0,
      default: true,
      tag: "tag:yaml.org,2002:int",
      format: "HEX",
      test: /^0x[0-9a-fA-F]+$/,
      resolve: (str, _onError, opt) => intResolve(str, 2, 16, opt),
      stringify: (node) => intStringify(node, 16, "0x")
    };
    exports2.int = int;
    exports2.intHex = intHex;
    exports2.intOct = intOct;
  }
});

// node_modules/yaml/dist/schema/core/schema.js
var require_schema = __commonJS({
  "node_modules/yaml/dist/schema/core/schema.js"(exports2) {
    "use strict";
    var map = require_map();
    var _null = require_null();
    var seq = require_seq();
    var string = require_string();
    var bool = require_bool();
    var float = require_float();
    var int = require_int();
    var schema = [
      map.map,
      seq.seq,
      string.string,
      _null.nullTag,
      bool.boolTag,
      int.intOct,
      int.int,
      int.intHex,
      float.floatNaN,
      float.floatExp,
      float.float
    ];
    exports2.schema = schema;
  }
});

// node_modules/yaml/dist/schema/json/schema.js
var require_schema2 = __commonJS({
  "node_modules/yaml/dist/schema/json/schema.js"(exports2) {
    "use strict";
    var Scalar3 = require_Scalar();
    var map = require_map();
    var seq = require_seq();
    function intIdentify(value) {
      return typeof value === "bigint" || Number.isInteger(value);
    }
    var stringifyJSON = ({ value }) => JSON.stringify(value);
    var jsonScalars = [
      {
        identify: (value) => typeof value === "string",
        default: true,
        tag: "tag:yaml.org,2002:str",
        resolve: (str) => str,
        stringify: stringifyJSON
      },
      {
        identify: (value) => value == null,
        createNode: () => new Scalar3.Scalar(null),
        default: true,
        tag: "tag:yaml.org,2002:null",
        test: /^null$/,
        resolve: () => null,
        stringify: stringifyJSON
      },
      {
        identify: (value) => typeof value === "boolean",
        default: true,
        tag: "tag:yaml.org,2002:bool",
        test: /^true$|^false$/,
        resolve: (str) => str === "true",
        stringify: stringifyJSON
      },
      {
        identify: intIdentify,
        default: true,
        tag: "tag:yaml.org,2002:int",
        test: /^-?(?:0|[1-9][0-9]*)$/,
        resolve: (str, _onError, { intAsBigInt }) => intAsBigInt ? BigInt(str) : parseInt(str, 10),
        stringify: ({ value }) => intIdentify(value) ? value.toString() : JSON.stringify(value)
      },
      {
        identify: (value) => typeof value === "number",
        default: true,
        tag: "tag:yaml.org,2002:float",
        test: /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?$/,
        resolve: (str) => parseFloat(str),
        stringify: stringifyJSON
      }
    ];
    var jsonError = {
      default: true,
      tag: "",
      test: /^/,
      resolve(str, onError) {
        onError(`Unresolved plain scalar ${JSON.stringify(str)}`);
        return str;
      }
    };
    var schema = [map.map, seq.seq].concat(jsonScalars, jsonError);
    exports2.schema = schema;
  }
});

// node_modules/yaml/dist/schema/yaml-1.1/binary.js
var require_binary = __commonJS({
  "node_modules/yaml/dist/schema/yaml-1.1/binary.js"(exports2) {
    "use strict";
    var node_buffer = require("buffer");
    var Scalar3 = require_Scalar();
    var stringifyString = require_stringifyString();
    var binary = {
      identify: (value) => value instanceof Uint8Array,
      // Buffer inherits from Uint8Array
      default: false,
      tag: "tag:yaml.org,2002:binary",
      /**
       * Returns a Buffer in node and an Uint8Array in browsers
       *
       * To use the resulting buffer as an image, you'll want to do something like:
       *
       *   const blob = new Blob([buffer], { type: 'image/jpeg' })
       *   document.querySelector('#photo').src = URL.createObjectURL(blob)
       */
      resolve(src, onError) {
        if (typeof node_buffer.Buffer === "function") {
          return node_buffer.Buffer.from(src, "base64");
        } else if (typeof atob === "function") {
          const str = atob(src.replace(/[\n\r]/g, ""));
          const buffer = new Uint8Array(str.length);
          for (let i = 0; i < str.length; ++i)
            buffer[i] = str.charCodeAt(i);
          return buffer;
        } else {
          onError("This environment does not support reading binary tags; either Buffer or atob is required");
          return src;
        }
      },
      stringify({ comment, type, value }, ctx, onComment, onChompKeep) {
        if (!value)
          return "";
        const buf = value;
        let str;
        if (typeof node_buffer.Buffer === "function") {
          str = buf instanceof node_buffer.Buffer ? buf.toString("base64") : node_buffer.Buffer.from(buf.buffer).toString("base64");
        } else if (typeof btoa === "function") {
          let s = "";
          for (let i = 0; i < buf.length; ++i)
            s += String.fromCharCode(buf[i]);
          str = btoa(s);
        } else {
          throw new Error("This environment does not support writing binary tags; either Buffer or btoa is required");
        }
        type ?? (type = Scalar3.Scalar.BLOCK_LITERAL);
        if (type !== Scalar3.Scalar.QUOTE_DOUBLE) {
          const lineWidth = Math.max(ctx.options.lineWidth - ctx.indent.length, ctx.options.minContentWidth);
          const n = Math.ceil(str.length / lineWidth);
          const lines = new Array(n);
          for (let i = 0, o = 0; i < n; ++i, o += lineWidth) {
            lines[i] = str.substr(o, lineWidth);
          }
          str = lines.join(type === Scalar3.Scalar.BLOCK_LITERAL ? "\n" : " ");
        }
        return stringifyString.stringifyString({ comment, type, value: str }, ctx, onComment, onChompKeep);
      }
    };
    exports2.binary = binary;
  }
});

// node_modules/yaml/dist/schema/yaml-1.1/pairs.js
var require_pairs = __commonJS({
  "node_modules/yaml/dist/schema/yaml-1.1/pairs.js"(exports2) {
    "use strict";
    var identity = require_identity();
    var Pair = require_Pair();
    var Scalar3 = require_Scalar();
    var YAMLSeq = require_YAMLSeq();
    function resolvePairs(seq, onError) {
      if (identity.isSeq(seq)) {
        for (let i = 0; i < seq.items.length; ++i) {
          let item = seq.items[i];
          if (identity.isPair(item))
            continue;
          else if (identity.isMap(item)) {
            if (item.items.length > 1)
              onError("Each pair must have its own sequence indicator");
            const pair = item.items[0] || new Pair.Pair(new Scalar3.Scalar(null));
            if (item.commentBefore)
              pair.key.commentBefore = pair.key.commentBefore ? `${item.commentBefore}
${pair.key.commentBefore}` : item.commentBefore;
            if (item.comment) {
              const cn = pair.value ?? pair.key;
              cn.comment = cn.comment ? `${item.comment}
${cn.comment}` : item.comment;
            }
            item = pair;
          }
          seq.items[i] = identity.isPair(item) ? item : new Pair.Pair(item);
        }
      } else
        onError("Expected a sequence for this tag");
      return seq;
    }
    function createPairs(schema, iterable, ctx) {
      const { replacer } = ctx;
      const pairs2 = new YAMLSeq.YAMLSeq(schema);
      pairs2.tag = "tag:yaml.org,2002:pairs";
      let i = 0;
      if (iterable && Symbol.iterator in Object(iterable))
        for (let it of iterable) {
          if (typeof replacer === "function")
            it = replacer.call(iterable, String(i++), it);
          let key, value;
          if (Array.isArray(it)) {
            if (it.length === 2) {
              key = it[0];
              value = it[1];
            } else
              throw new TypeError(`Expected [key, value] tuple: ${it}`);
          } else if (it && it instanceof Object) {
            const keys = Object.keys(it);
            if (keys.length === 1) {
              key = keys[0];
              value = it[key];
            } else {
              throw new TypeError(`Expected tuple with one key, not ${keys.length} keys`);
            }
          } else {
            key = it;
          }
          pairs2.items.push(Pair.createPair(key, value, ctx));
        }
      return pairs2;
    }
    var pairs = {
      collection: "seq",
      default: false,
      tag: "tag:yaml.org,2002:pairs",
      resolve: resolvePairs,
      createNode: createPairs
    };
    exports2.createPairs = createPairs;
    exports2.pairs = pairs;
    exports2.resolvePairs = resolvePairs;
  }
});

// node_modules/yaml/dist/schema/yaml-1.1/omap.js
var require_omap = __commonJS({
  "node_modules/yaml/dist/schema/yaml-1.1/omap.js"(exports2) {
    "use strict";
    var identity = require_identity();
    var toJS = require_toJS();
    var YAMLMap2 = require_YAMLMap();
    var YAMLSeq = require_YAMLSeq();
    var pairs = require_pairs();
    var YAMLOMap = class _YAMLOMap extends YAMLSeq.YAMLSeq {
      constructor() {
        super();
        this.add = YAMLMap2.YAMLMap.prototype.add.bind(this);
        this.delete = YAMLMap2.YAMLMap.prototype.delete.bind(this);
        this.get = YAMLMap2.YAMLMap.prototype.get.bind(this);
        this.has = YAMLMap2.YAMLMap.prototype.has.bind(this);
        this.set = YAMLMap2.YAMLMap.prototype.set.bind(this);
        this.tag = _YAMLOMap.tag;
      }
      /**
       * If `ctx` is given, the return type is actually `Map<unknown, unknown>`,
       * but TypeScript won't allow widening the signature of a child method.
       */
      toJSON(_, ctx) {
        if (!ctx)
          return super.toJSON(_);
        const map = /* @__PURE__ */ new Map();
        if (ctx?.onCreate)
          ctx.onCreate(map);
        for (const pair of this.items) {
          let key, value;
          if (identity.isPair(pair)) {
            key = toJS.toJS(pair.key, "", ctx);
            value = toJS.toJS(pair.value, key, ctx);
          } else {
            key = toJS.toJS(pair, "", ctx);
          }
          if (map.has(key))
            throw new Error("Ordered maps must not include duplicate keys");
          map.set(key, value);
        }
        return map;
      }
      static from(schema, iterable, ctx) {
        const pairs$1 = pairs.createPairs(schema, iterable, ctx);
        const omap2 = new this();
        omap2.items = pairs$1.items;
        return omap2;
      }
    };
    YAMLOMap.tag = "tag:yaml.org,2002:omap";
    var omap = {
      collection: "seq",
      identify: (value) => value instanceof Map,
      nodeClass: YAMLOMap,
      default: false,
      tag: "tag:yaml.org,2002:omap",
      resolve(seq, onError) {
        const pairs$1 = pairs.resolvePairs(seq, onError);
        const seenKeys = [];
        for (const { key } of pairs$1.items) {
          if (identity.isScalar(key)) {
            if (seenKeys.includes(key.value)) {
              onError(`Ordered maps must not include duplicate keys: ${key.value}`);
            } else {
              seenKeys.push(key.value);
            }
          }
        }
        return Object.assign(new YAMLOMap(), pairs$1);
      },
      createNode: (schema, iterable, ctx) => YAMLOMap.from(schema, iterable, ctx)
    };
    exports2.YAMLOMap = YAMLOMap;
    exports2.omap = omap;
  }
});

// node_modules/yaml/dist/schema/yaml-1.1/bool.js
var require_bool2 = __commonJS({
  "node_modules/yaml/dist/schema/yaml-1.1/bool.js"(exports2) {
    "use strict";
    var Scalar3 = require_Scalar();
    function boolStringify({ value, source }, ctx) {
      const boolObj = value ? trueTag : falseTag;
      if (source && boolObj.test.test(source))
        return source;
      return value ? ctx.options.trueStr : ctx.options.falseStr;
    }
    var trueTag = {
      identify: (value) => value === true,
      default: true,
      tag: "tag:yaml.org,2002:bool",
      test: /^(?:Y|y|[Yy]es|YES|[Tt]rue|TRUE|[Oo]n|ON)$/,
      resolve: () => new Scalar3.Scalar(true),
      stringify: boolStringify
    };
    var falseTag = {
      identify: (value) => value === false,
      default: true,
      tag: "tag:yaml.org,2002:bool",
      test: /^(?:N|n|[Nn]o|NO|[Ff]alse|FALSE|[Oo]ff|OFF)$/,
      resolve: () => new Scalar3.Scalar(false),
      stringify: boolStringify
    };
    exports2.falseTag = falseTag;
    exports2.trueTag = trueTag;
  }
});

// node_modules/yaml/dist/schema/yaml-1.1/float.js
var require_float2 = __commonJS({
  "node_modules/yaml/dist/schema/yaml-1.1/float.js"(exports2) {
    "use strict";
    var Scalar3 = require_Scalar();
    var stringifyNumber = require_stringifyNumber();
    var floatNaN = {
      identify: (value) => typeof value === "number",
      default: true,
      tag: "tag:yaml.org,2002:float",
      test: /^(?:[-+]?\.(?:inf|Inf|INF)|\.nan|\.NaN|\.NAN)$/,
      resolve: (str) => str.slice(-3).toLowerCase() === "nan" ? NaN : str[0] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY,
      stringify: stringifyNumber.stringifyNumber
    };
    var floatExp = {
      identify: (value) => typeof value === "number",
      default: true,
      tag: "tag:yaml.org,2002:float",
      format: "EXP",
      test: /^[-+]?(?:[0-9][0-9_]*)?(?:\.[0-9_]*)?[eE][-+]?[0-9]+$/,
      resolve: (str) => parseFloat(str.replace(/_/g, "")),
      stringify(node) {
        const num = Number(node.value);
        return isFinite(num) ? num.toExponential() : stringifyNumber.stringifyNumber(node);
      }
    };
    var float = {
      identify: (value) => typeof value === "number",
      default: true,
      tag: "tag:yaml.org,2002:float",
      test: /^[-+]?(?:[0-9][0-9_]*)?\.[0-9_]*$/,
      resolve(str) {
        const node = new Scalar3.Scalar(parseFloat(str.replace(/_/g, "")));
        const dot = str.indexOf(".");
        if (dot !== -1) {
          const f = str.substring(dot + 1).replace(/_/g, "");
          if (f[f.length - 1] === "0")
            node.minFractionDigits = f.length;
        }
        return node;
      },
      stringify: stringifyNumber.stringifyNumber
    };
    exports2.float = float;
    exports2.floatExp = floatExp;
    exports2.floatNaN = floatNaN;
  }
});

// node_modules/yaml/dist/schema/yaml-1.1/int.js
var require_int2 = __commonJS({
  "node_modules/yaml/dist/schema/yaml-1.1/int.js"(exports2) {
    "use strict";
    var stringifyNumber = require_stringifyNumber();
    var intIdentify = (value) => typeof value === "bigint" || Number.isInteger(value);
    function intResolve(str, offset, radix, { intAsBigInt }) {
      const sign = str[0];
      if (sign === "-" || sign === "+")
        offset += 1;
      str = str.substring(offset).replace(/_/g, "");
      if (intAsBigInt) {
        switch (radix) {
          case 2:
            str = `0b${str}`;
            break;
          case 8:
            str = `0o${str}`;
            break;
          case 16:
            str = `0x${str}`;
            break;
        }
        const n2 = BigInt(str);
        return sign === "-" ? BigInt(-1) * n2 : n2;
      }
      const n = parseInt(str, radix);
      return sign === "-" ? -1 * n : n;
    }
    function intStringify(node, radix, prefix) {
      const { value } = node;
      if (intIdentify(value)) {
        const str = value.toString(radix);
        return value < 0 ? "-" + prefix + str.substr(1) : prefix + str;
      }
      return stringifyNumber.stringifyNumber(node);
    }
    var intBin = {
      identify: intIdentify,
      default: true,
      tag: "tag:yaml.org,2002:int",
      format: "BIN",
      test: /^[-+]?0b[0-1_]+$/,
      resolve: (str, _onError, opt) => intResolve(str, 2, 2, opt),
      stringify: (node) => intStringify(node, 2, "0b")
    };
    var intOct = {
      identify: intIdentify,
      default: true,
      tag: "tag:yaml.org,2002:int",
      format: "OCT",
      test: /^[-+]?0[0-7_]+$/,
      resolve: (str, _onError, opt) => intResolve(str, 1, 8, opt),
      stringify: (node) => intStringify(node, 8, "0")
    };
    var int = {
      identify: intIdentify,
      default: true,
      tag: "tag:yaml.org,2002:int",
      test: /^[-+]?[0-9][0-9_]*$/,
      resolve: (str, _onError, opt) => intResolve(str, 0, 10, opt),
      stringify: stringifyNumber.stringifyNumber
    };
    var intHex = {
      identify: intIdentify,
      default: true,
      tag: "tag:yaml.org,2002:int",
      format: "HEX",
      test: /^[-+]?0x[0-9a-fA-F_]+$/,
      resolve: (str, _onError, opt) => intResolve(str, 2, 16, opt),
      stringify: (node) => intStringify(node, 16, "0x")
    };
    exports2.int = int;
    exports2.intBin = intBin;
    exports2.intHex = intHex;
    exports2.intOct = intOct;
  }
});

// node_modules/yaml/dist/schema/yaml-1.1/set.js
var require_set = __commonJS({
  "node_modules/yaml/dist/schema/yaml-1.1/set.js"(exports2) {
    "use strict";
    var identity = require_identity();
    var Pair = require_Pair();
    var YAMLMap2 = require_YAMLMap();
    var YAMLSet = class _YAMLSet extends YAMLMap2.YAMLMap {
      constructor(schema) {
        super(schema);
        this.tag = _YAMLSet.tag;
      }
      add(key) {
        let pair;
        if (identity.isPair(key))
          pair = key;
        else if (key && typeof key === "object" && "key" in key && "value" in key && key.value === null)
          pair = new Pair.Pair(key.key, null);
        else
          pair = new Pair.Pair(key, null);
        const prev = YAMLMap2.findPair(this.items, pair.key);
        if (!prev)
          this.items.push(pair);
      }
      /**
       * If `keepPair` is `true`, returns the Pair matching `key`.
       * Otherwise, returns the value of that Pair's key.
       */
      get(key, keepPair) {
        const pair = YAMLMap2.findPair(this.items, key);
        return !keepPair && identity.isPair(pair) ? identity.isScalar(pair.key) ? pair.key.value : pair.key : pair;
      }
      set(key, value) {
        if (typeof value !== "boolean")
          throw new Error(`Expected boolean value for set(key, value) in a YAML set, not ${typeof value}`);
        const prev = YAMLMap2.findPair(this.items, key);
        if (prev && !value) {
          this.items.splice(this.items.indexOf(prev), 1);
        } else if (!prev && value) {
          this.items.push(new Pair.Pair(key));
        }
      }
      toJSON(_, ctx) {
        return super.toJSON(_, ctx, Set);
      }
      toString(ctx, onComment, onChompKeep) {
        if (!ctx)
          return JSON.stringify(this);
        if (this.hasAllNullValues(true))
          return super.toString(Object.assign({}, ctx, { allNullValues: true }), onComment, onChompKeep);
        else
          throw new Error("Set items must all have null values");
      }
      static from(schema, iterable, ctx) {
        const { replacer } = ctx;
        const set2 = new this(schema);
        if (iterable && Symbol.iterator in Object(iterable))
          for (let value of iterable) {
            if (typeof replacer === "function")
              value = replacer.call(iterable, value, value);
            set2.items.push(Pair.createPair(value, null, ctx));
          }
        return set2;
      }
    };
    YAMLSet.tag = "tag:yaml.org,2002:set";
    var set = {
      collection: "map",
      identify: (value) => value instanceof Set,
      nodeClass: YAMLSet,
      default: false,
      tag: "tag:yaml.org,2002:set",
      createNode: (schema, iterable, ctx) => YAMLSet.from(schema, iterable, ctx),
      resolve(map, onError) {
        if (identity.isMap(map)) {
          if (map.hasAllNullValues(true))
            return Object.assign(new YAMLSet(), map);
          else
            onError("Set items must all have null values");
        } else
          onError("Expected a mapping for this tag");
        return map;
      }
    };
    exports2.YAMLSet = YAMLSet;
    exports2.set = set;
  }
});

// node_modules/yaml/dist/schema/yaml-1.1/timestamp.js
var require_timestamp = __commonJS({
  "node_modules/yaml/dist/schema/yaml-1.1/timestamp.js"(exports2) {
    "use strict";
    var stringifyNumber = require_stringifyNumber();
    function parseSexagesimal(str, asBigInt) {
      const sign = str[0];
      const parts = sign === "-" || sign === "+" ? str.substring(1) : str;
      const num = (n) => asBigInt ? BigInt(n) : Number(n);
      const res = parts.replace(/_/g, "").split(":").reduce((res2, p) => res2 * num(60) + num(p), num(0));
      return sign === "-" ? num(-1) * res : res;
    }
    function stringifySexagesimal(node) {
      let { value } = node;
      let num = (n) => n;
      if (typeof value === "bigint")
        num = (n) => BigInt(n);
      else if (isNaN(value) || !isFinite(value))
        return stringifyNumber.stringifyNumber(node);
      let sign = "";
      if (value < 0) {
        sign = "-";
        value *= num(-1);
      }
      const _60 = num(60);
      const parts = [value % _60];
      if (value < 60) {
        parts.unshift(0);
      } else {
        value = (value - parts[0]) / _60;
        parts.unshift(value % _60);
        if (value >= 60) {
          value = (value - parts[0]) / _60;
          parts.unshift(value);
        }
      }
      return sign + parts.map((n) => String(n).padStart(2, "0")).join(":").replace(/000000\d*$/, "");
    }
    var intTime = {
      identify: (value) => typeof value === "bigint" || Number.isInteger(value),
      default: true,
      tag: "tag:yaml.org,2002:int",
      format: "TIME",
      test: /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+$/,
      resolve: (str, _onError, { intAsBigInt }) => parseSexagesimal(str, intAsBigInt),
      stringify: stringifySexagesimal
    };
    var floatTime = {
      identify: (value) => typeof value === "number",
      default: true,
      tag: "tag:yaml.org,2002:float",
      format: "TIME",
      test: /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*$/,
      resolve: (str) => parseSexagesimal(str, false),
      stringify: stringifySexagesimal
    };
    var timestamp = {
      identify: (value) => value instanceof Date,
      default: true,
      tag: "tag:yaml.org,2002:timestamp",
      // If the time zone is omitted, the timestamp is assumed to be specified in UTC. The time part
      // may be omitted altogether, resulting in a date format. In such a case, the time part is
      // assumed to be 00:00:00Z (start of day, UTC).
      test: RegExp("^([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:(?:t|T|[ \\t]+)([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2}(\\.[0-9]+)?)(?:[ \\t]*(Z|[-+][012]?[0-9](?::[0-9]{2})?))?)?$"),
      resolve(str) {
        const match = str.match(timestamp.test);
        if (!match)
          throw new Error("!!timestamp expects a date, starting with yyyy-mm-dd");
        const [, year, month, day, hour, minute, second] = match.map(Number);
        const millisec = match[7] ? Number((match[7] + "00").substr(1, 3)) : 0;
        let date = Date.UTC(year, month - 1, day, hour || 0, minute || 0, second || 0, millisec);
        const tz = match[8];
        if (tz && tz !== "Z") {
          let d = parseSexagesimal(tz, false);
          if (Math.abs(d) < 30)
            d *= 60;
          date -= 6e4 * d;
        }
        return new Date(date);
      },
      stringify: ({ value }) => value?.toISOString().replace(/(T00:00:00)?\.000Z$/, "") ?? ""
    };
    exports2.floatTime = floatTime;
    exports2.intTime = intTime;
    exports2.timestamp = timestamp;
  }
});

// node_modules/yaml/dist/schema/yaml-1.1/schema.js
var require_schema3 = __commonJS({
  "node_modules/yaml/dist/schema/yaml-1.1/schema.js"(exports2) {
    "use strict";
    var map = require_map();
    var _null = require_null();
    var seq = require_seq();
    var string = require_string();
    var binary = require_binary();
    var bool = require_bool2();
    var float = require_float2();
    var int = require_int2();
    var merge = require_merge();
    var omap = require_omap();
    var pairs = require_pairs();
    var set = require_set();
    var timestamp = require_timestamp();
    var schema = [
      map.map,
      seq.seq,
      string.string,
      _null.nullTag,
      bool.trueTag,
      bool.falseTag,
      int.intBin,
      int.intOct,
      int.int,
      int.intHex,
      float.floatNaN,
      float.floatExp,
      float.float,
      binary.binary,
      merge.merge,
      omap.omap,
      pairs.pairs,
      set.set,
      timestamp.intTime,
      timestamp.floatTime,
      timestamp.timestamp
    ];
    exports2.schema = schema;
  }
});

// node_modules/yaml/dist/schema/tags.js
var require_tags = __commonJS({
  "node_modules/yaml/dist/schema/tags.js"(exports2) {
    "use strict";
    var map = require_map();
    var _null = require_null();
    var seq = require_seq();
    var string = require_string();
    var bool = require_bool();
    var float = require_float();
    var int = require_int();
    var schema = require_schema();
    var schema$1 = require_schema2();
    var binary = require_binary();
    var merge = require_merge();
    var omap = require_omap();
    var pairs = require_pairs();
    var schema$2 = require_schema3();
    var set = require_set();
    var timestamp = require_timestamp();
    var schemas = /* @__PURE__ */ new Map([
      ["core", schema.schema],
      ["failsafe", [map.map, seq.seq, string.string]],
      ["json", schema$1.schema],
      ["yaml11", schema$2.schema],
      ["yaml-1.1", schema$2.schema]
    ]);
    var tagsByName = {
      binary: binary.binary,
      bool: bool.boolTag,
      float: float.float,
      floatExp: float.floatExp,
      floatNaN: float.floatNaN,
      floatTime: timestamp.floatTime,
      int: int.int,
      intHex: int.intHex,
      intOct: int.intOct,
      intTime: timestamp.intTime,
      map: map.map,
      merge: merge.merge,
      null: _null.nullTag,
      omap: omap.omap,
      pairs: pairs.pairs,
      seq: seq.seq,
      set: set.set,
      timestamp: timestamp.timestamp
    };
    var coreKnownTags = {
      "tag:yaml.org,2002:binary": binary.binary,
      "tag:yaml.org,2002:merge": merge.merge,
      "tag:yaml.org,2002:omap": omap.omap,
      "tag:yaml.org,2002:pairs": pairs.pairs,
      "tag:yaml.org,2002:set": set.set,
      "tag:yaml.org,2002:timestamp": timestamp.timestamp
    };
    function getTags(customTags, schemaName, addMergeTag) {
      const schemaTags = schemas.get(schemaName);
      if (schemaTags && !customTags) {
        return addMergeTag && !schemaTags.includes(merge.merge) ? schemaTags.concat(merge.merge) : schemaTags.slice();
      }
      let tags = schemaTags;
      if (!tags) {
        if (Array.isArray(customTags))
          tags = [];
        else {
          const keys = Array.from(schemas.keys()).filter((key) => key !== "yaml11").map((key) => JSON.stringify(key)).join(", ");
          throw new Error(`Unknown schema "${schemaName}"; use one of ${keys} or define customTags array`);
        }
      }
      if (Array.isArray(customTags)) {
        for (const tag of customTags)
          tags = tags.concat(tag);
      } else if (typeof customTags === "function") {
        tags = customTags(tags.slice());
      }
      if (addMergeTag)
        tags = tags.concat(merge.merge);
      return tags.reduce((tags2, tag) => {
        const tagObj = typeof tag === "string" ? tagsByName[tag] : tag;
        if (!tagObj) {
          const tagName = JSON.stringify(tag);
          const keys = Object.keys(tagsByName).map((key) => JSON.stringify(key)).join(", ");
          throw new Error(`Unknown custom tag ${tagName}; use one of ${keys}`);
        }
        if (!tags2.includes(tagObj))
          tags2.push(tagObj);
        return tags2;
      }, []);
    }
    exports2.coreKnownTags = coreKnownTags;
    exports2.getTags = getTags;
  }
});

// node_modules/yaml/dist/schema/Schema.js
var require_Schema = __commonJS({
  "node_modules/yaml/dist/schema/Schema.js"(exports2) {
    "use strict";
    var identity = require_identity();
    var map = require_map();
    var seq = require_seq();
    var string = require_string();
    var tags = require_tags();
    var sortMapEntriesByKey = (a, b) => a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
    var Schema = class _Schema {
      constructor({ compat, customTags, merge, resolveKnownTags, schema, sortMapEntries, toStringDefaults }) {
        this.compat = Array.isArray(compat) ? tags.getTags(compat, "compat") : compat ? tags.getTags(null, compat) : null;
        this.name = typeof schema === "string" && schema || "core";
        this.knownTags = resolveKnownTags ? tags.coreKnownTags : {};
        this.tags = tags.getTags(customTags, this.name, merge);
        this.toStringOptions = toStringDefaults ?? null;
        Object.defineProperty(this, identity.MAP, { value: map.map });
        Object.defineProperty(this, identity.SCALAR, { value: string.string });
        Object.defineProperty(this, identity.SEQ, { value: seq.seq });
        this.sortMapEntries = typeof sortMapEntries === "function" ? sortMapEntries : sortMapEntries === true ? sortMapEntriesByKey : null;
      }
      clone() {
        const copy = Object.create(_Schema.prototype, Object.getOwnPropertyDescriptors(this));
        copy.tags = this.tags.slice();
        return copy;
      }
    };
    exports2.Schema = Schema;
  }
});

// node_modules/yaml/dist/stringify/stringifyDocument.js
var require_stringifyDocument = __commonJS({
  "node_modules/yaml/dist/stringify/stringifyDocument.js"(exports2) {
    "use strict";
    var identity = require_identity();
    var stringify2 = require_stringify();
    var stringifyComment = require_stringifyComment();
    function stringifyDocument(doc, options) {
      const lines = [];
      let hasDirectives = options.directives === true;
      if (options.directives !== false && doc.directives) {
        const dir = doc.directives.toString(doc);
        if (dir) {
          lines.push(dir);
          hasDirectives = true;
        } else if (doc.directives.docStart)
          hasDirectives = true;
      }
      if (hasDirectives)
        lines.push("---");
      const ctx = stringify2.createStringifyContext(doc, options);
      const { commentString } = ctx.options;
      if (doc.commentBefore) {
        if (lines.length !== 1)
          lines.unshift("");
        const cs = commentString(doc.commentBefore);
        lines.unshift(stringifyComment.indentComment(cs, ""));
      }
      let chompKeep = false;
      let contentComment = null;
      if (doc.contents) {
        if (identity.isNode(doc.contents)) {
          if (doc.contents.spaceBefore && hasDirectives)
            lines.push("");
          if (doc.contents.commentBefore) {
            const cs = commentString(doc.contents.commentBefore);
            lines.push(stringifyComment.indentComment(cs, ""));
          }
          ctx.forceBlockIndent = !!doc.comment;
          contentComment = doc.contents.comment;
        }
        const onChompKeep = contentComment ? void 0 : () => chompKeep = true;
        let body = stringify2.stringify(doc.contents, ctx, () => contentComment = null, onChompKeep);
        if (contentComment)
          body += stringifyComment.lineComment(body, "", commentString(contentComment));
        if ((body[0] === "|" || body[0] === ">") && lines[lines.length - 1] === "---") {
          lines[lines.length - 1] = `--- ${body}`;
        } else
          lines.push(body);
      } else {
        lines.push(stringify2.stringify(doc.contents, ctx));
      }
      if (doc.directives?.docEnd) {
        if (doc.comment) {
          const cs = commentString(doc.comment);
          if (cs.includes("\n")) {
            lines.push("...");
            lines.push(stringifyComment.indentComment(cs, ""));
          } else {
            lines.push(`... ${cs}`);
          }
        } else {
          lines.push("...");
        }
      } else {
        let dc = doc.comment;
        if (dc && chompKeep)
          dc = dc.replace(/^\n+/, "");
        if (dc) {
          if ((!chompKeep || contentComment) && lines[lines.length - 1] !== "")
            lines.push("");
          lines.push(stringifyComment.indentComment(commentString(dc), ""));
        }
      }
      return lines.join("\n") + "\n";
    }
    exports2.stringifyDocument = stringifyDocument;
  }
});

// node_modules/yaml/dist/doc/Document.js
var require_Document = __commonJS({
  "node_modules/yaml/dist/doc/Document.js"(exports2) {
    "use strict";
    var Alias = require_Alias();
    var Collection = require_Collection();
    var identity = require_identity();
    var Pair = require_Pair();
    var toJS = require_toJS();
    var Schema = require_Schema();
    var stringifyDocument = require_stringifyDocument();
    var anchors = require_anchors();
    var applyReviver = require_applyReviver();
    var createNode = require_createNode();
    var directives = require_directives();
    var Document2 = class _Document {
      constructor(value, replacer, options) {
        this.commentBefore = null;
        this.comment = null;
        this.errors = [];
        this.warnings = [];
        Object.defineProperty(this, identity.NODE_TYPE, { value: identity.DOC });
        let _replacer = null;
        if (typeof replacer === "function" || Array.isArray(replacer)) {
          _replacer = replacer;
        } else if (options === void 0 && replacer) {
          options = replacer;
          replacer = void 0;
        }
        const opt = Object.assign({
          intAsBigInt: false,
          keepSourceTokens: false,
          logLevel: "warn",
          prettyErrors: true,
          strict: true,
          stringKeys: false,
          uniqueKeys: true,
          version: "1.2"
        }, options);
        this.options = opt;
        let { version } = opt;
        if (options?._directives) {
          this.directives = options._directives.atDocument();
          if (this.directives.yaml.explicit)
            version = this.directives.yaml.version;
        } else
          this.directives = new directives.Directives({ version });
        this.setSchema(version, options);
        this.contents = value === void 0 ? null : this.createNode(value, _replacer, options);
      }
      /**
       * Create a deep copy of this Document and its contents.
       *
       * Custom Node values that inherit from `Object` still refer to their original instances.
       */
      clone() {
        const copy = Object.create(_Document.prototype, {
          [identity.NODE_TYPE]: { value: identity.DOC }
        });
        copy.commentBefore = this.commentBefore;
        copy.comment = this.comment;
        copy.errors = this.errors.slice();
        copy.warnings = this.warnings.slice();
        copy.options = Object.assign({}, this.options);
        if (this.directives)
          copy.directives = this.directives.clone();
        copy.schema = this.schema.clone();
        copy.contents = identity.isNode(this.contents) ? this.contents.clone(copy.schema) : this.contents;
        if (this.range)
          copy.range = this.range.slice();
        return copy;
      }
      /** Adds a value to the document. */
      add(value) {
        if (assertCollection(this.contents))
          this.contents.add(value);
      }
      /** Adds a value to the document. */
      addIn(path, value) {
        if (assertCollection(this.contents))
          this.contents.addIn(path, value);
      }
      /**
       * Create a new `Alias` node, ensuring that the target `node` has the required anchor.
       *
       * If `node` already has an anchor, `name` is ignored.
       * Otherwise, the `node.anchor` value will be set to `name`,
       * or if an anchor with that name is already present in the document,
       * `name` will be used as a prefix for a new unique anchor.
       * If `name` is undefined, the generated anchor will use 'a' as a prefix.
       */
      createAlias(node, name) {
        if (!node.anchor) {
          const prev = anchors.anchorNames(this);
          node.anchor = // eslint-disable-next-line @typescript-eslint/prefer-nullish-coalescing
          !name || prev.has(name) ? anchors.findNewAnchor(name || "a", prev) : name;
        }
        return new Alias.Alias(node.anchor);
      }
      createNode(value, replacer, options) {
        let _replacer = void 0;
        if (typeof replacer === "function") {
          value = replacer.call({ "": value }, "", value);
          _replacer = replacer;
        } else if (Array.isArray(replacer)) {
          const keyToStr = (v) => typeof v === "number" || v instanceof String || v instanceof Number;
          const asStr = replacer.filter(keyToStr).map(String);
          if (asStr.length > 0)
            replacer = replacer.concat(asStr);
          _replacer = replacer;
        } else if (options === void 0 && replacer) {
          options = replacer;
          replacer = void 0;
        }
        const { aliasDuplicateObjects, anchorPrefix, flow, keepUndefined, onTagObj, tag } = options ?? {};
        const { onAnchor, setAnchors, sourceObjects } = anchors.createNodeAnchors(
          this,
          // eslint-disable-next-line @typescript-eslint/prefer-nullish-coalescing
          anchorPrefix || "a"
        );
        const ctx = {
          aliasDuplicateObjects: aliasDuplicateObjects ?? true,
          keepUndefined: keepUndefined ?? false,
          onAnchor,
          onTagObj,
          replacer: _replacer,
          schema: this.schema,
          sourceObjects
        };
        const node = createNode.createNode(value, tag, ctx);
        if (flow && identity.isCollection(node))
          node.flow = true;
        setAnchors();
        return node;
      }
      /**
       * Convert a key and a value into a `Pair` using the current schema,
       * recursively wrapping all values as `Scalar` or `Collection` nodes.
       */
      createPair(key, value, options = {}) {
        const k = this.createNode(key, null, options);
        const v = this.createNode(value, null, options);
        return new Pair.Pair(k, v);
      }
      /**
       * Removes a value from the document.
       * @returns `true` if the item was found and removed.
       */
      delete(key) {
        return assertCollection(this.contents) ? this.contents.delete(key) : false;
      }
      /**
       * Removes a value from the document.
       * @returns `true` if the item was found and removed.
       */
      deleteIn(path) {
        if (Collection.isEmptyPath(path)) {
          if (this.contents == null)
            return false;
          this.contents = null;
          return true;
        }
        return assertCollection(this.contents) ? this.contents.deleteIn(path) : false;
      }
      /**
       * Returns item at `key`, or `undefined` if not found. By default unwraps
       * scalar values from their surrounding node; to disable set `keepScalar` to
       * `true` (collections are always returned intact).
       */
      get(key, keepScalar) {
        return identity.isCollection(this.contents) ? this.contents.get(key, keepScalar) : void 0;
      }
      /**
       * Returns item at `path`, or `undefined` if not found. By default unwraps
       * scalar values from their surrounding node; to disable set `keepScalar` to
       * `true` (collections are always returned intact).
       */
      getIn(path, keepScalar) {
        if (Collection.isEmptyPath(path))
          return !keepScalar && identity.isScalar(this.contents) ? this.contents.value : this.contents;
        return identity.isCollection(this.contents) ? this.contents.getIn(path, keepScalar) : void 0;
      }
      /**
       * Checks if the document includes a value with the key `key`.
       */
      has(key) {
        return identity.isCollection(this.contents) ? this.contents.has(key) : false;
      }
      /**
       * Checks if the document includes a value at `path`.
       */
      hasIn(path) {
        if (Collection.isEmptyPath(path))
          return this.contents !== void 0;
        return identity.isCollection(this.contents) ? this.contents.hasIn(path) : false;
      }
      /**
       * Sets a value in this document. For `!!set`, `value` needs to be a
       * boolean to add/remove the item from the set.
       */
      set(key, value) {
        if (this.contents == null) {
          this.contents = Collection.collectionFromPath(this.schema, [key], value);
        } else if (assertCollection(this.contents)) {
          this.contents.set(key, value);
        }
      }
      /**
       * Sets a value in this document. For `!!set`, `value` needs to be a
       * boolean to add/remove the item from the set.
       */
      setIn(path, value) {
        if (Collection.isEmptyPath(path)) {
          this.contents = value;
        } else if (this.contents == null) {
          this.contents = Collection.collectionFromPath(this.schema, Array.from(path), value);
        } else if (assertCollection(this.contents)) {
          this.contents.setIn(path, value);
        }
      }
      /**
       * Change the YAML version and schema used by the document.
       * A `null` version disables support for directives, explicit tags, anchors, and aliases.
       * It also requires the `schema` option to be given as a `Schema` instance value.
       *
       * Overrides all previously set schema options.
       */
      setSchema(version, options = {}) {
        if (typeof version === "number")
          version = String(version);
        let opt;
        switch (version) {
          case "1.1":
            if (this.directives)
              this.directives.yaml.version = "1.1";
            else
              this.directives = new directives.Directives({ version: "1.1" });
            opt = { resolveKnownTags: false, schema: "yaml-1.1" };
            break;
          case "1.2":
          case "next":
            if (this.directives)
              this.directives.yaml.version = version;
            else
              this.directives = new directives.Directives({ version });
            opt = { resolveKnownTags: true, schema: "core" };
            break;
          case null:
            if (this.directives)
              delete this.directives;
            opt = null;
            break;
          default: {
            const sv = JSON.stringify(version);
            throw new Error(`Expected '1.1', '1.2' or null as first argument, but found: ${sv}`);
          }
        }
        if (options.schema instanceof Object)
          this.schema = options.schema;
        else if (opt)
          this.schema = new Schema.Schema(Object.assign(opt, options));
        else
          throw new Error(`With a null YAML version, the { schema: Schema } option is required`);
      }
      // json & jsonArg are only used from toJSON()
      toJS({ json: json2, jsonArg, mapAsMap, maxAliasCount, onAnchor, reviver } = {}) {
        const ctx = {
          anchors: /* @__PURE__ */ new Map(),
          doc: this,
          keep: !json2,
          mapAsMap: mapAsMap === true,
          mapKeyWarned: false,
          maxAliasCount: typeof maxAliasCount === "number" ? maxAliasCount : 100
        };
        const res = toJS.toJS(this.contents, jsonArg ?? "", ctx);
        if (typeof onAnchor === "function")
          for (const { count, res: res2 } of ctx.anchors.values())
            onAnchor(res2, count);
        return typeof reviver === "function" ? applyReviver.applyReviver(reviver, { "": res }, "", res) : res;
      }
      /**
       * A JSON representation of the document `contents`.
       *
       * @param jsonArg Used by `JSON.stringify` to indicate the array index or
       *   property name.
       */
      toJSON(jsonArg, onAnchor) {
        return this.toJS({ json: true, jsonArg, mapAsMap: false, onAnchor });
      }
      /** A YAML representation of the document. */
      toString(options = {}) {
        if (this.errors.length > 0)
          throw new Error("Document with errors cannot be stringified");
        if ("indent" in options && (!Number.isInteger(options.indent) || Number(options.indent) <= 0)) {
          const s = JSON.stringify(options.indent);
          throw new Error(`"indent" option must be a positive integer, not ${s}`);
        }
        return stringifyDocument.stringifyDocument(this, options);
      }
    };
    function assertCollection(contents) {
      if (identity.isCollection(contents))
        return true;
      throw new Error("Expected a YAML collection as document contents");
    }
    exports2.Document = Document2;
  }
});

// node_modules/yaml/dist/errors.js
var require_errors = __commonJS({
  "node_modules/yaml/dist/errors.js"(exports2) {
    "use strict";
    var YAMLError = class extends Error {
      constructor(name, pos, code, message) {
        super();
        this.name = name;
        this.code = code;
        this.message = message;
        this.pos = pos;
      }
    };
    var YAMLParseError = class extends YAMLError {
      constructor(pos, code, message) {
        super("YAMLParseError", pos, code, message);
      }
    };
    var YAMLWarning = class extends YAMLError {
      constructor(pos, code, message) {
        super("YAMLWarning", pos, code, message);
      }
    };
    var prettifyError = (src, lc) => (error) => {
      if (error.pos[0] === -1)
        return;
      error.linePos = error.pos.map((pos) => lc.linePos(pos));
      const { line, col } = error.linePos[0];
      error.message += ` at line ${line}, column ${col}`;
      let ci = col - 1;
      let lineStr = src.substring(lc.lineStarts[line - 1], lc.lineStarts[line]).replace(/[\n\r]+$/, "");
      if (ci >= 60 && lineStr.length > 80) {
        const trimStart = Math.min(ci - 39, lineStr.length - 79);
        lineStr = "\u2026" + lineStr.substring(trimStart);
        ci -= trimStart - 1;
      }
      if (lineStr.length > 80)
        lineStr = lineStr.substring(0, 79) + "\u2026";
      if (line > 1 && /^ *$/.test(lineStr.substring(0, ci))) {
        let prev = src.substring(lc.lineStarts[line - 2], lc.lineStarts[line - 1]);
        if (prev.length > 80)
          prev = prev.substring(0, 79) + "\u2026\n";
        lineStr = prev + lineStr;
      }
      if (/[^ ]/.test(lineStr)) {
        let count = 1;
        const end = error.linePos[1];
        if (end?.line === line && end.col > col) {
          count = Math.max(1, Math.min(end.col - col, 80 - ci));
        }
        const pointer = " ".repeat(ci) + "^".repeat(count);
        error.message += `:

${lineStr}
${pointer}
`;
      }
    };
    exports2.YAMLError = YAMLError;
    exports2.YAMLParseError = YAMLParseError;
    exports2.YAMLWarning = YAMLWarning;
    exports2.prettifyError = prettifyError;
  }
});

// node_modules/yaml/dist/compose/resolve-props.js
var require_resolve_props = __commonJS({
  "node_modules/yaml/dist/compose/resolve-props.js"(exports2) {
    "use strict";
    function resolveProps(tokens, { flow, indicator, next, offset, onError, parentIndent, startOnNewline }) {
      let spaceBefore = false;
      let atNewline = startOnNewline;
      let hasSpace = startOnNewline;
      let comment = "";
      let commentSep = "";
      let hasNewline = false;
      let reqSpace = false;
      let tab = null;
      let anchor = null;
      let tag = null;
      let newlineAfterProp = null;
      let comma = null;
      let found = null;
      let start = null;
      for (const token of tokens) {
        if (reqSpace) {
          if (token.type !== "space" && token.type !== "newline" && token.type !== "comma")
            onError(token.offset, "MISSING_CHAR", "Tags and anchors must be separated from the next token by white space");
          reqSpace = false;
        }
        if (tab) {
          if (atNewline && token.type !== "comment" && token.type !== "newline") {
            onError(tab, "TAB_AS_INDENT", "Tabs are not allowed as indentation");
          }
          tab = null;
        }
        switch (token.type) {
          case "space":
            if (!flow && (indicator !== "doc-start" || next?.type !== "flow-collection") && token.source.includes("	")) {
              tab = token;
            }
            hasSpace = true;
            break;
          case "comment": {
            if (!hasSpace)
              onError(token, "MISSING_CHAR", "Comments must be separated from other tokens by white space characters");
            const cb = token.source.substring(1) || " ";
            if (!comment)
              comment = cb;
            else
              comment += commentSep + cb;
            commentSep = "";
            atNewline = false;
            break;
          }
          case "newline":
            if (atNewline) {
              if (comment)
                comment += token.source;
              else if (!found || indicator !== "seq-item-ind")
                spaceBefore = true;
            } else
              commentSep += token.source;
            atNewline = true;
            hasNewline = true;
            if (anchor || tag)
              newlineAfterProp = token;
            hasSpace = true;
            break;
          case "anchor":
            if (anchor)
              onError(token, "MULTIPLE_ANCHORS", "A node can have at most one anchor");
            if (token.source.endsWith(":"))
              onError(token.offset + token.source.length - 1, "BAD_ALIAS", "Anchor ending in : is ambiguous", true);
            anchor = token;
            start ?? (start = token.offset);
            atNewline = false;
            hasSpace = false;
            reqSpace = true;
            break;
          case "tag": {
            if (tag)
              onError(token, "MULTIPLE_TAGS", "A node can have at most one tag");
            tag = token;
            start ?? (start = token.offset);
            atNewline = false;
            hasSpace = false;
            reqSpace = true;
            break;
          }
          case indicator:
            if (anchor || tag)
              onError(token, "BAD_PROP_ORDER", `Anchors and tags must be after the ${token.source} indicator`);
            if (found)
              onError(token, "UNEXPECTED_TOKEN", `Unexpected ${token.source} in ${flow ?? "collection"}`);
            found = token;
            atNewline = indicator === "seq-item-ind" || indicator === "explicit-key-ind";
            hasSpace = false;
            break;
          case "comma":
            if (flow) {
              if (comma)
                onError(token, "UNEXPECTED_TOKEN", `Unexpected , in ${flow}`);
              comma = token;
              atNewline = false;
              hasSpace = false;
              break;
            }
          // else fallthrough
          default:
            onError(token, "UNEXPECTED_TOKEN", `Unexpected ${token.type} token`);
            atNewline = false;
            hasSpace = false;
        }
      }
      const last = tokens[tokens.length - 1];
      const end = last ? last.offset + last.source.length : offset;
      if (reqSpace && next && next.type !== "space" && next.type !== "newline" && next.type !== "comma" && (next.type !== "scalar" || next.source !== "")) {
        onError(next.offset, "MISSING_CHAR", "Tags and anchors must be separated from the next token by white space");
      }
      if (tab && (atNewline && tab.indent <= parentIndent || next?.type === "block-map" || next?.type === "block-seq"))
        onError(tab, "TAB_AS_INDENT", "Tabs are not allowed as indentation");
      return {
        comma,
        found,
        spaceBefore,
        comment,
        hasNewline,
        anchor,
        tag,
        newlineAfterProp,
        end,
        start: start ?? end
      };
    }
    exports2.resolveProps = resolveProps;
  }
});

// node_modules/yaml/dist/compose/util-contains-newline.js
var require_util_contains_newline = __commonJS({
  "node_modules/yaml/dist/compose/util-contains-newline.js"(exports2) {
    "use strict";
    function containsNewline(key) {
      if (!key)
        return null;
      switch (key.type) {
        case "alias":
        case "scalar":
        case "double-quoted-scalar":
        case "single-quoted-scalar":
          if (key.source.includes("\n"))
            return true;
          if (key.end) {
            for (const st of key.end)
              if (st.type === "newline")
                return true;
          }
          return false;
        case "flow-collection":
          for (const it of key.items) {
            for (const st of it.start)
              if (st.type === "newline")
                return true;
            if (it.sep) {
              for (const st of it.sep)
                if (st.type === "newline")
                  return true;
            }
            if (containsNewline(it.key) || containsNewline(it.value))
              return true;
          }
          return false;
        default:
          return true;
      }
    }
    exports2.containsNewline = containsNewline;
  }
});

// node_modules/yaml/dist/compose/util-flow-indent-check.js
var require_util_flow_indent_check = __commonJS({
  "node_modules/yaml/dist/compose/util-flow-indent-check.js"(exports2) {
    "use strict";
    var utilContainsNewline = require_util_contains_newline();
    function flowIndentCheck(indent, fc, onError) {
      if (fc?.type === "flow-collection") {
        const end = fc.end[0];
        if (end.indent === indent && (end.source === "]" || end.source === "}") && utilContainsNewline.containsNewline(fc)) {
          const msg = "Flow end indicator should be more indented than parent";
          onError(end, "BAD_INDENT", msg, true);
        }
      }
    }
    exports2.flowIndentCheck = flowIndentCheck;
  }
});

// node_modules/yaml/dist/compose/util-map-includes.js
var require_util_map_includes = __commonJS({
  "node_modules/yaml/dist/compose/util-map-includes.js"(exports2) {
    "use strict";
    var identity = require_identity();
    function mapIncludes(ctx, items, search) {
      const { uniqueKeys } = ctx.options;
      if (uniqueKeys === false)
        return false;
      const isEqual = typeof uniqueKeys === "function" ? uniqueKeys : (a, b) => a === b || identity.isScalar(a) && identity.isScalar(b) && a.value === b.value;
      return items.some((pair) => isEqual(pair.key, search));
    }
    exports2.mapIncludes = mapIncludes;
  }
});

// node_modules/yaml/dist/compose/resolve-block-map.js
var require_resolve_block_map = __commonJS({
  "node_modules/yaml/dist/compose/resolve-block-map.js"(exports2) {
    "use strict";
    var Pair = require_Pair();
    var YAMLMap2 = require_YAMLMap();
    var resolveProps = require_resolve_props();
    var utilContainsNewline = require_util_contains_newline();
    var utilFlowIndentCheck = require_util_flow_indent_check();
    var utilMapIncludes = require_util_map_includes();
    var startColMsg = "All mapping items must start at the same column";
    function resolveBlockMap({ composeNode, composeEmptyNode }, ctx, bm, onError, tag) {
      const NodeClass = tag?.nodeClass ?? YAMLMap2.YAMLMap;
      const map = new NodeClass(ctx.schema);
      if (ctx.atRoot)
        ctx.atRoot = false;
      let offset = bm.offset;
      let commentEnd = null;
      for (const collItem of bm.items) {
        const { start, key, sep, value } = collItem;
        const keyProps = resolveProps.resolveProps(start, {
          indicator: "explicit-key-ind",
          next: key ?? sep?.[0],
          offset,
          onError,
          parentIndent: bm.indent,
          startOnNewline: true
        });
        const implicitKey = !keyProps.found;
        if (implicitKey) {
          if (key) {
            if (key.type === "block-seq")
              onError(offset, "BLOCK_AS_IMPLICIT_KEY", "A block sequence may not be used as an implicit map key");
            else if ("indent" in key && key.indent !== bm.indent)
              onError(offset, "BAD_INDENT", startColMsg);
          }
          if (!keyProps.anchor && !keyProps.tag && !sep) {
            commentEnd = keyProps.end;
            if (keyProps.comment) {
              if (map.comment)
                map.comment += "\n" + keyProps.comment;
              else
                map.comment = keyProps.comment;
            }
            continue;
          }
          if (keyProps.newlineAfterProp || utilContainsNewline.containsNewline(key)) {
            onError(key ?? start[start.length - 1], "MULTILINE_IMPLICIT_KEY", "Implicit keys need to be on a single line");
          }
        } else if (keyProps.found?.indent !== bm.indent) {
          onError(offset, "BAD_INDENT", startColMsg);
        }
        ctx.atKey = true;
        const keyStart = keyProps.end;
        const keyNode = key ? composeNode(ctx, key, keyProps, onError) : composeEmptyNode(ctx, keyStart, start, null, keyProps, onError);
        if (ctx.schema.compat)
          utilFlowIndentCheck.flowIndentCheck(bm.indent, key, onError);
        ctx.atKey = false;
        if (utilMapIncludes.mapIncludes(ctx, map.items, keyNode))
          onError(keyStart, "DUPLICATE_KEY", "Map keys must be unique");
        const valueProps = resolveProps.resolveProps(sep ?? [], {
          indicator: "map-value-ind",
          next: value,
          offset: keyNode.range[2],
          onError,
          parentIndent: bm.indent,
          startOnNewline: !key || key.type === "block-scalar"
        });
        offset = valueProps.end;
        if (valueProps.found) {
          if (implicitKey) {
            if (value?.type === "block-map" && !valueProps.hasNewline)
              onError(offset, "BLOCK_AS_IMPLICIT_KEY", "Nested mappings are not allowed in compact mappings");
            if (ctx.options.strict && keyProps.start < valueProps.found.offset - 1024)
              onError(keyNode.range, "KEY_OVER_1024_CHARS", "The : indicator must be at most 1024 chars after the start of an implicit block mapping key");
          }
          const valueNode = value ? composeNode(ctx, value, valueProps, onError) : composeEmptyNode(ctx, offset, sep, null, valueProps, onError);
          if (ctx.schema.compat)
            utilFlowIndentCheck.flowIndentCheck(bm.indent, value, onError);
          offset = valueNode.range[2];
          const pair = new Pair.Pair(keyNode, valueNode);
          if (ctx.options.keepSourceTokens)
            pair.srcToken = collItem;
          map.items.push(pair);
        } else {
          if (implicitKey)
            onError(keyNode.range, "MISSING_CHAR", "Implicit map keys need to be followed by map values");
          if (valueProps.comment) {
            if (keyNode.comment)
              keyNode.comment += "\n" + valueProps.comment;
            else
              keyNode.comment = valueProps.comment;
          }
          const pair = new Pair.Pair(keyNode);
          if (ctx.options.keepSourceTokens)
            pair.srcToken = collItem;
          map.items.push(pair);
        }
      }
      if (commentEnd && commentEnd < offset)
        onError(commentEnd, "IMPOSSIBLE", "Map comment with trailing content");
      map.range = [bm.offset, offset, commentEnd ?? offset];
      return map;
    }
    exports2.resolveBlockMap = resolveBlockMap;
  }
});

// node_modules/yaml/dist/compose/resolve-block-seq.js
var require_resolve_block_seq = __commonJS({
  "node_modules/yaml/dist/compose/resolve-block-seq.js"(exports2) {
    "use strict";
    var YAMLSeq = require_YAMLSeq();
    var resolveProps = require_resolve_props();
    var utilFlowIndentCheck = require_util_flow_indent_check();
    function resolveBlockSeq({ composeNode, composeEmptyNode }, ctx, bs, onError, tag) {
      const NodeClass = tag?.nodeClass ?? YAMLSeq.YAMLSeq;
      const seq = new NodeClass(ctx.schema);
      if (ctx.atRoot)
        ctx.atRoot = false;
      if (ctx.atKey)
        ctx.atKey = false;
      let offset = bs.offset;
      let commentEnd = null;
      for (const { start, value } of bs.items) {
        const props = resolveProps.resolveProps(start, {
          indicator: "seq-item-ind",
          next: value,
          offset,
          onError,
          parentIndent: bs.indent,
          startOnNewline: true
        });
        if (!props.found) {
          if (props.anchor || props.tag || value) {
            if (value?.type === "block-seq")
              onError(props.end, "BAD_INDENT", "All sequence items must start at the same column");
            else
              onError(offset, "MISSING_CHAR", "Sequence item without - indicator");
          } else {
            commentEnd = props.end;
            if (props.comment)
              seq.comment = props.comment;
            continue;
          }
        }
        const node = value ? composeNode(ctx, value, props, onError) : composeEmptyNode(ctx, props.end, start, null, props, onError);
        if (ctx.schema.compat)
          utilFlowIndentCheck.flowIndentCheck(bs.indent, value, onError);
        offset = node.range[2];
        seq.items.push(node);
      }
      seq.range = [bs.offset, offset, commentEnd ?? offset];
      return seq;
    }
    exports2.resolveBlockSeq = resolveBlockSeq;
  }
});

// node_modules/yaml/dist/compose/resolve-end.js
var require_resolve_end = __commonJS({
  "node_modules/yaml/dist/compose/resolve-end.js"(exports2) {
    "use strict";
    function resolveEnd(end, offset, reqSpace, onError) {
      let comment = "";
      if (end) {
        let hasSpace = false;
        let sep = "";
        for (const token of end) {
          const { source, type } = token;
          switch (type) {
            case "space":
              hasSpace = true;
              break;
            case "comment": {
              if (reqSpace && !hasSpace)
                onError(token, "MISSING_CHAR", "Comments must be separated from other tokens by white space characters");
              const cb = source.substring(1) || " ";
              if (!comment)
                comment = cb;
              else
                comment += sep + cb;
              sep = "";
              break;
            }
            case "newline":
              if (comment)
                sep += source;
              hasSpace = true;
              break;
            default:
              onError(token, "UNEXPECTED_TOKEN", `Unexpected ${type} at node end`);
          }
          offset += source.length;
        }
      }
      return { comment, offset };
    }
    exports2.resolveEnd = resolveEnd;
  }
});

// node_modules/yaml/dist/compose/resolve-flow-collection.js
var require_resolve_flow_collection = __commonJS({
  "node_modules/yaml/dist/compose/resolve-flow-collection.js"(exports2) {
    "use strict";
    var identity = require_identity();
    var Pair = require_Pair();
    var YAMLMap2 = require_YAMLMap();
    var YAMLSeq = require_YAMLSeq();
    var resolveEnd = require_resolve_end();
    var resolveProps = require_resolve_props();
    var utilContainsNewline = require_util_contains_newline();
    var utilMapIncludes = require_util_map_includes();
    var blockMsg = "Block collections are not allowed within flow collections";
    var isBlock = (token) => token && (token.type === "block-map" || token.type === "block-seq");
    function resolveFlowCollection({ composeNode, composeEmptyNode }, ctx, fc, onError, tag) {
      const isMap7 = fc.start.source === "{";
      const fcName = isMap7 ? "flow map" : "flow sequence";
      const NodeClass = tag?.nodeClass ?? (isMap7 ? YAMLMap2.YAMLMap : YAMLSeq.YAMLSeq);
      const coll = new NodeClass(ctx.schema);
      coll.flow = true;
      const atRoot = ctx.atRoot;
      if (atRoot)
        ctx.atRoot = false;
      if (ctx.atKey)
        ctx.atKey = false;
      let offset = fc.offset + fc.start.source.length;
      for (let i = 0; i < fc.items.length; ++i) {
        const collItem = fc.items[i];
        const { start, key, sep, value } = collItem;
        const props = resolveProps.resolveProps(start, {
          flow: fcName,
          indicator: "explicit-key-ind",
          next: key ?? sep?.[0],
          offset,
          onError,
          parentIndent: fc.indent,
          startOnNewline: false
        });
        if (!props.found) {
          if (!props.anchor && !props.tag && !sep && !value) {
            if (i === 0 && props.comma)
              onError(props.comma, "UNEXPECTED_TOKEN", `Unexpected , in ${fcName}`);
            else if (i < fc.items.length - 1)
              onError(props.start, "UNEXPECTED_TOKEN", `Unexpected empty item in ${fcName}`);
            if (props.comment) {
              if (coll.comment)
                coll.comment += "\n" + props.comment;
              else
                coll.comment = props.comment;
            }
            offset = props.end;
            continue;
          }
          if (!isMap7 && ctx.options.strict && utilContainsNewline.containsNewline(key))
            onError(
              key,
              // checked by containsNewline()
              "MULTILINE_IMPLICIT_KEY",
              "Implicit keys of flow sequence pairs need to be on a single line"
            );
        }
        if (i === 0) {
          if (props.comma)
            onError(props.comma, "UNEXPECTED_TOKEN", `Unexpected , in ${fcName}`);
        } else {
          if (!props.comma)
            onError(props.start, "MISSING_CHAR", `Missing , between ${fcName} items`);
          if (props.comment) {
            let prevItemComment = "";
            loop: for (const st of start) {
              switch (st.type) {
                case "comma":
                case "space":
                  break;
                case "comment":
                  prevItemComment = st.source.substring(1);
                  break loop;
                default:
                  break loop;
              }
            }
            if (prevItemComment) {
              let prev = coll.items[coll.items.length - 1];
              if (identity.isPair(prev))
                prev = prev.value ?? prev.key;
              if (prev.comment)
                prev.comment += "\n" + prevItemComment;
              else
                prev.comment = prevItemComment;
              props.comment = props.comment.substring(prevItemComment.length + 1);
            }
          }
        }
        if (!isMap7 && !sep && !props.found) {
          const valueNode = value ? composeNode(ctx, value, props, onError) : composeEmptyNode(ctx, props.end, sep, null, props, onError);
          coll.items.push(valueNode);
          offset = valueNode.range[2];
          if (isBlock(value))
            onError(valueNode.range, "BLOCK_IN_FLOW", blockMsg);
        } else {
          ctx.atKey = true;
          const keyStart = props.end;
          const keyNode = key ? composeNode(ctx, key, props, onError) : composeEmptyNode(ctx, keyStart, start, null, props, onError);
          if (isBlock(key))
            onError(keyNode.range, "BLOCK_IN_FLOW", blockMsg);
          ctx.atKey = false;
          const valueProps = resolveProps.resolveProps(sep ?? [], {
            flow: fcName,
            indicator: "map-value-ind",
            next: value,
            offset: keyNode.range[2],
            onError,
            parentIndent: fc.indent,
            startOnNewline: false
          });
          if (valueProps.found) {
            if (!isMap7 && !props.found && ctx.options.strict) {
              if (sep)
                for (const st of sep) {
                  if (st === valueProps.found)
                    break;
                  if (st.type === "newline") {
                    onError(st, "MULTILINE_IMPLICIT_KEY", "Implicit keys of flow sequence pairs need to be on a single line");
                    break;
                  }
                }
              if (props.start < valueProps.found.offset - 1024)
                onError(valueProps.found, "KEY_OVER_1024_CHARS", "The : indicator must be at most 1024 chars after the start of an implicit flow sequence key");
            }
          } else if (value) {
            if ("source" in value && value.source?.[0] === ":")
              onError(value, "MISSING_CHAR", `Missing space after : in ${fcName}`);
            else
              onError(valueProps.start, "MISSING_CHAR", `Missing , or : between ${fcName} items`);
          }
          const valueNode = value ? composeNode(ctx, value, valueProps, onError) : valueProps.found ? composeEmptyNode(ctx, valueProps.end, sep, null, valueProps, onError) : null;
          if (valueNode) {
            if (isBlock(value))
              onError(valueNode.range, "BLOCK_IN_FLOW", blockMsg);
          } else if (valueProps.comment) {
            if (keyNode.comment)
              keyNode.comment += "\n" + valueProps.comment;
            else
              keyNode.comment = valueProps.comment;
          }
          const pair = new Pair.Pair(keyNode, valueNode);
          if (ctx.options.keepSourceTokens)
            pair.srcToken = collItem;
          if (isMap7) {
            const map = coll;
            if (utilMapIncludes.mapIncludes(ctx, map.items, keyNode))
              onError(keyStart, "DUPLICATE_KEY", "Map keys must be unique");
            map.items.push(pair);
          } else {
            const map = new YAMLMap2.YAMLMap(ctx.schema);
            map.flow = true;
            map.items.push(pair);
            const endRange = (valueNode ?? keyNode).range;
            map.range = [keyNode.range[0], endRange[1], endRange[2]];
            coll.items.push(map);
          }
          offset = valueNode ? valueNode.range[2] : valueProps.end;
        }
      }
      const expectedEnd = isMap7 ? "}" : "]";
      const [ce, ...ee] = fc.end;
      let cePos = offset;
      if (ce?.source === expectedEnd)
        cePos = ce.offset + ce.source.length;
      else {
        const name = fcName[0].toUpperCase() + fcName.substring(1);
        const msg = atRoot ? `${name} must end with a ${expectedEnd}` : `${name} in block collection must be sufficiently indented and end with a ${expectedEnd}`;
        onError(offset, atRoot ? "MISSING_CHAR" : "BAD_INDENT", msg);
        if (ce && ce.source.length !== 1)
          ee.unshift(ce);
      }
      if (ee.length > 0) {
        const end = resolveEnd.resolveEnd(ee, cePos, ctx.options.strict, onError);
        if (end.comment) {
          if (coll.comment)
            coll.comment += "\n" + end.comment;
          else
            coll.comment = end.comment;
        }
        coll.range = [fc.offset, cePos, end.offset];
      } else {
        coll.range = [fc.offset, cePos, cePos];
      }
      return coll;
    }
    exports2.resolveFlowCollection = resolveFlowCollection;
  }
});

// node_modules/yaml/dist/compose/compose-collection.js
var require_compose_collection = __commonJS({
  "node_modules/yaml/dist/compose/compose-collection.js"(exports2) {
    "use strict";
    var identity = require_identity();
    var Scalar3 = require_Scalar();
    var YAMLMap2 = require_YAMLMap();
    var YAMLSeq = require_YAMLSeq();
    var resolveBlockMap = require_resolve_block_map();
    var resolveBlockSeq = require_resolve_block_seq();
    var resolveFlowCollection = require_resolve_flow_collection();
    function resolveCollection(CN, ctx, token, onError, tagName, tag) {
      const coll = token.type === "block-map" ? resolveBlockMap.resolveBlockMap(CN, ctx, token, onError, tag) : token.type === "block-seq" ? resolveBlockSeq.resolveBlockSeq(CN, ctx, token, onError, tag) : resolveFlowCollection.resolveFlowCollection(CN, ctx, token, onError, tag);
      const Coll = coll.constructor;
      if (tagName === "!" || tagName === Coll.tagName) {
        coll.tag = Coll.tagName;
        return coll;
      }
      if (tagName)
        coll.tag = tagName;
      return coll;
    }
    function composeCollection(CN, ctx, token, props, onError) {
      const tagToken = props.tag;
      const tagName = !tagToken ? null : ctx.directives.tagName(tagToken.source, (msg) => onError(tagToken, "TAG_RESOLVE_FAILED", msg));
      if (token.type === "block-seq") {
        const { anchor, newlineAfterProp: nl } = props;
        const lastProp = anchor && tagToken ? anchor.offset > tagToken.offset ? anchor : tagToken : anchor ?? tagToken;
        if (lastProp && (!nl || nl.offset < lastProp.offset)) {
          const message = "Missing newline after block sequence props";
          onError(lastProp, "MISSING_CHAR", message);
        }
      }
      const expType = token.type === "block-map" ? "map" : token.type === "block-seq" ? "seq" : token.start.source === "{" ? "map" : "seq";
      if (!tagToken || !tagName || tagName === "!" || tagName === YAMLMap2.YAMLMap.tagName && expType === "map" || tagName === YAMLSeq.YAMLSeq.tagName && expType === "seq") {
        return resolveCollection(CN, ctx, token, onError, tagName);
      }
      let tag = ctx.schema.tags.find((t) => t.tag === tagName && t.collection === expType);
      if (!tag) {
        const kt = ctx.schema.knownTags[tagName];
        if (kt?.collection === expType) {
          ctx.schema.tags.push(Object.assign({}, kt, { default: false }));
          tag = kt;
        } else {
          if (kt) {
            onError(tagToken, "BAD_COLLECTION_TYPE", `${kt.tag} used for ${expType} collection, but expects ${kt.collection ?? "scalar"}`, true);
          } else {
            onError(tagToken, "TAG_RESOLVE_FAILED", `Unresolved tag: ${tagName}`, true);
          }
          return resolveCollection(CN, ctx, token, onError, tagName);
        }
      }
      const coll = resolveCollection(CN, ctx, token, onError, tagName, tag);
      const res = tag.resolve?.(coll, (msg) => onError(tagToken, "TAG_RESOLVE_FAILED", msg), ctx.options) ?? coll;
      const node = identity.isNode(res) ? res : new Scalar3.Scalar(res);
      node.range = coll.range;
      node.tag = tagName;
      if (tag?.format)
        node.format = tag.format;
      return node;
    }
    exports2.composeCollection = composeCollection;
  }
});

// node_modules/yaml/dist/compose/resolve-block-scalar.js
var require_resolve_block_scalar = __commonJS({
  "node_modules/yaml/dist/compose/resolve-block-scalar.js"(exports2) {
    "use strict";
    var Scalar3 = require_Scalar();
    function resolveBlockScalar(ctx, scalar, onError) {
      const start = scalar.offset;
      const header = parseBlockScalarHeader(scalar, ctx.options.strict, onError);
      if (!header)
        return { value: "", type: null, comment: "", range: [start, start, start] };
      const type = header.mode === ">" ? Scalar3.Scalar.BLOCK_FOLDED : Scalar3.Scalar.BLOCK_LITERAL;
      const lines = scalar.source ? splitLines(scalar.source) : [];
      let chompStart = lines.length;
      for (let i = lines.length - 1; i >= 0; --i) {
        const content = lines[i][1];
        if (content === "" || content === "\r")
          chompStart = i;
        else
          break;
      }
      if (chompStart === 0) {
        const value2 = header.chomp === "+" && lines.length > 0 ? "\n".repeat(Math.max(1, lines.length - 1)) : "";
        let end2 = start + header.length;
        if (scalar.source)
          end2 += scalar.source.length;
        return { value: value2, type, comment: header.comment, range: [start, end2, end2] };
      }
      let trimIndent = scalar.indent + header.indent;
      let offset = scalar.offset + header.length;
      let contentStart = 0;
      for (let i = 0; i < chompStart; ++i) {
        const [indent, content] = lines[i];
        if (content === "" || content === "\r") {
          if (header.indent === 0 && indent.length > trimIndent)
            trimIndent = indent.length;
        } else {
          if (indent.length < trimIndent) {
            const message = "Block scalars with more-indented leading empty lines must use an explicit indentation indicator";
            onError(offset + indent.length, "MISSING_CHAR", message);
          }
          if (header.indent === 0)
            trimIndent = indent.length;
          contentStart = i;
          if (trimIndent === 0 && !ctx.atRoot) {
            const message = "Block scalar values in collections must be indented";
            onError(offset, "BAD_INDENT", message);
          }
          break;
        }
        offset += indent.length + content.length + 1;
      }
      for (let i = lines.length - 1; i >= chompStart; --i) {
        if (lines[i][0].length > trimIndent)
          chompStart = i + 1;
      }
      let value = "";
      let sep = "";
      let prevMoreIndented = false;
      for (let i = 0; i < contentStart; ++i)
        value += lines[i][0].slice(trimIndent) + "\n";
      for (let i = contentStart; i < chompStart; ++i) {
        let [indent, content] = lines[i];
        offset += indent.length + content.length + 1;
        const crlf = content[content.length - 1] === "\r";
        if (crlf)
          content = content.slice(0, -1);
        if (content && indent.length < trimIndent) {
          const src = header.indent ? "explicit indentation indicator" : "first line";
          const message = `Block scalar lines must not be less indented than their ${src}`;
          onError(offset - content.length - (crlf ? 2 : 1), "BAD_INDENT", message);
          indent = "";
        }
        if (type === Scalar3.Scalar.BLOCK_LITERAL) {
          value += sep + indent.slice(trimIndent) + content;
          sep = "\n";
        } else if (indent.length > trimIndent || content[0] === "	") {
          if (sep === " ")
            sep = "\n";
          else if (!prevMoreIndented && sep === "\n")
            sep = "\n\n";
          value += sep + indent.slice(trimIndent) + content;
          sep = "\n";
          prevMoreIndented = true;
        } else if (content === "") {
          if (sep === "\n")
            value += "\n";
          else
            sep = "\n";
        } else {
          value += sep + content;
          sep = " ";
          prevMoreIndented = false;
        }
      }
      switch (header.chomp) {
        case "-":
          break;
        case "+":
          for (let i = chompStart; i < lines.length; ++i)
            value += "\n" + lines[i][0].slice(trimIndent);
          if (value[value.length - 1] !== "\n")
            value += "\n";
          break;
        default:
          value += "\n";
      }
      const end = start + header.length + scalar.source.length;
      return { value, type, comment: header.comment, range: [start, end, end] };
    }
    function parseBlockScalarHeader({ offset, props }, strict, onError) {
      if (props[0].type !== "block-scalar-header") {
        onError(props[0], "IMPOSSIBLE", "Block scalar header not found");
        return null;
      }
      const { source } = props[0];
      const mode = source[0];
      let indent = 0;
      let chomp = "";
      let error = -1;
      for (let i = 1; i < source.length; ++i) {
        const ch = source[i];
        if (!chomp && (ch === "-" || ch === "+"))
          chomp = ch;
        else {
          const n = Number(ch);
          if (!indent && n)
            indent = n;
          else if (error === -1)
            error = offset + i;
        }
      }
      if (error !== -1)
        onError(error, "UNEXPECTED_TOKEN", `Block scalar header includes extra characters: ${source}`);
      let hasSpace = false;
      let comment = "";
      let length = source.length;
      for (let i = 1; i < props.length; ++i) {
        const token = props[i];
        switch (token.type) {
          case "space":
            hasSpace = true;
          // fallthrough
          case "newline":
            length += token.source.length;
            break;
          case "comment":
            if (strict && !hasSpace) {
              const message = "Comments must be separated from other tokens by white space characters";
              onError(token, "MISSING_CHAR", message);
            }
            length += token.source.length;
            comment = token.source.substring(1);
            break;
          case "error":
            onError(token, "UNEXPECTED_TOKEN", token.message);
            length += token.source.length;
            break;
          /* istanbul ignore next should not happen */
          default: {
            const message = `Unexpected token in block scalar header: ${token.type}`;
            onError(token, "UNEXPECTED_TOKEN", message);
            const ts = token.source;
            if (ts && typeof ts === "string")
              length += ts.length;
          }
        }
      }
      return { mode, indent, chomp, comment, length };
    }
    function splitLines(source) {
      const split = source.split(/\n( *)/);
      const first = split[0];
      const m = first.match(/^( *)/);
      const line0 = m?.[1] ? [m[1], first.slice(m[1].length)] : ["", first];
      const lines = [line0];
      for (let i = 1; i < split.length; i += 2)
        lines.push([split[i], split[i + 1]]);
      return lines;
    }
    exports2.resolveBlockScalar = resolveBlockScalar;
  }
});

// node_modules/yaml/dist/compose/resolve-flow-scalar.js
var require_resolve_flow_scalar = __commonJS({
  "node_modules/yaml/dist/compose/resolve-flow-scalar.js"(exports2) {
    "use strict";
    var Scalar3 = require_Scalar();
    var resolveEnd = require_resolve_end();
    function resolveFlowScalar(scalar, strict, onError) {
      const { offset, type, source, end } = scalar;
      let _type;
      let value;
      const _onError = (rel, code, msg) => onError(offset + rel, code, msg);
      switch (type) {
        case "scalar":
          _type = Scalar3.Scalar.PLAIN;
          value = plainValue(source, _onError);
          break;
        case "single-quoted-scalar":
          _type = Scalar3.Scalar.QUOTE_SINGLE;
          value = singleQuotedValue(source, _onError);
          break;
        case "double-quoted-scalar":
          _type = Scalar3.Scalar.QUOTE_DOUBLE;
          value = doubleQuotedValue(source, _onError);
          break;
        /* istanbul ignore next should not happen */
        default:
          onError(scalar, "UNEXPECTED_TOKEN", `Expected a flow scalar value, but found: ${type}`);
          return {
            value: "",
            type: null,
            comment: "",
            range: [offset, offset + source.length, offset + source.length]
          };
      }
      const valueEnd = offset + source.length;
      const re = resolveEnd.resolveEnd(end, valueEnd, strict, onError);
      return {
        value,
        type: _type,
        comment: re.comment,
        range: [offset, valueEnd, re.offset]
      };
    }
    function plainValue(source, onError) {
      let badChar = "";
      switch (source[0]) {
        /* istanbul ignore next should not happen */
        case "	":
          badChar = "a tab character";
          break;
        case ",":
          badChar = "flow indicator character ,";
          break;
        case "%":
          badChar = "directive indicator character %";
          break;
        case "|":
        case ">": {
          badChar = `block scalar indicator ${source[0]}`;
          break;
        }
        case "@":
        case "`": {
          badChar = `reserved character ${source[0]}`;
          break;
        }
      }
      if (badChar)
        onError(0, "BAD_SCALAR_START", `Plain value cannot start with ${badChar}`);
      return unfoldLines(source);
    }
    function singleQuotedValue(source, onError) {
      if (source[source.length - 1] !== "'" || source.length === 1)
        onError(source.length, "MISSING_CHAR", "Missing closing 'quote");
      return unfoldLines(source.slice(1, -1)).replace(/''/g, "'");
    }
    function unfoldLines(source) {
      const line = /(.*?)\r?\n/sy;
      let match = line.exec(source);
      if (!match)
        return source;
      let trimEnd, trimBoth;
      try {
        trimEnd = new RegExp("(?<![ 	])[ 	]+$");
        trimBoth = new RegExp("^[ 	]+|(?<![ 	])[ 	]+$", "g");
      } catch {
        trimEnd = /[ \t]+$/;
        trimBoth = /^[ \t]+|[ \t]+$/g;
      }
      let res = match[1].replace(trimEnd, "");
      let sep = " ";
      let pos = line.lastIndex;
      while (match = line.exec(source)) {
        const lm = match[1].replace(trimBoth, "");
        if (lm === "") {
          if (sep === "\n")
            res += sep;
          else
            sep = "\n";
        } else {
          res += sep + lm;
          sep = " ";
        }
        pos = line.lastIndex;
      }
      const last = /[ \t]*(.*)/sy;
      last.lastIndex = pos;
      match = last.exec(source);
      return res + sep + (match?.[1] ?? "");
    }
    function doubleQuotedValue(source, onError) {
      let res = "";
      for (let i = 1; i < source.length - 1; ++i) {
        const ch = source[i];
        if (ch === "\r" && source[i + 1] === "\n")
          continue;
        if (ch === "\n") {
          const { fold, offset } = foldNewline(source, i);
          res += fold;
          i = offset;
        } else if (ch === "\\") {
          let next = source[++i];
          const cc = escapeCodes[next];
          if (cc)
            res += cc;
          else if (next === "\n") {
            next = source[i + 1];
            while (next === " " || next === "	")
              next = source[++i + 1];
          } else if (next === "\r" && source[i + 1] === "\n") {
            next = source[++i + 1];
            while (next === " " || next === "	")
              next = source[++i + 1];
          } else if (next === "x" || next === "u" || next === "U") {
            const length = next === "x" ? 2 : next === "u" ? 4 : 8;
            res += parseCharCode(source, i + 1, length, onError);
            i += length;
          } else {
            const raw = source.substr(i - 1, 2);
            onError(i - 1, "BAD_DQ_ESCAPE", `Invalid escape sequence ${raw}`);
            res += raw;
          }
        } else if (ch === " " || ch === "	") {
          const wsStart = i;
          let next = source[i + 1];
          while (next === " " || next === "	")
            next = source[++i + 1];
          if (next !== "\n" && !(next === "\r" && source[i + 2] === "\n"))
            res += i > wsStart ? source.slice(wsStart, i + 1) : ch;
        } else {
          res += ch;
        }
      }
      if (source[source.length - 1] !== '"' || source.length === 1)
        onError(source.length, "MISSING_CHAR", 'Missing closing "quote');
      return res;
    }
    function foldNewline(source, offset) {
      let fold = "";
      let ch = source[offset + 1];
      while (ch === " " || ch === "	" || ch === "\n" || ch === "\r") {
        if (ch === "\r" && source[offset + 2] !== "\n")
          break;
        if (ch === "\n")
          fold += "\n";
        offset += 1;
        ch = source[offset + 1];
      }
      if (!fold)
        fold = " ";
      return { fold, offset };
    }
    var escapeCodes = {
      "0": "\0",
      // null character
      a: "\x07",
      // bell character
      b: "\b",
      // backspace
      e: "\x1B",
      // escape character
      f: "\f",
      // form feed
      n: "\n",
      // line feed
      r: "\r",
      // carriage return
      t: "	",
      // horizontal tab
      v: "\v",
      // vertical tab
      N: "\x85",
      // Unicode next line
      _: "\xA0",
      // Unicode non-breaking space
      L: "\u2028",
      // Unicode line separator
      P: "\u2029",
      // Unicode paragraph separator
      " ": " ",
      '"': '"',
      "/": "/",
      "\\": "\\",
      "	": "	"
    };
    function parseCharCode(source, offset, length, onError) {
      const cc = source.substr(offset, length);
      const ok = cc.length === length && /^[0-9a-fA-F]+$/.test(cc);
      const code = ok ? parseInt(cc, 16) : NaN;
      try {
        return String.fromCodePoint(code);
      } catch {
        const raw = source.substr(offset - 2, length + 2);
        onError(offset - 2, "BAD_DQ_ESCAPE", `Invalid escape sequence ${raw}`);
        return raw;
      }
    }
    exports2.resolveFlowScalar = resolveFlowScalar;
  }
});

// node_modules/yaml/dist/compose/compose-scalar.js
var require_compose_scalar = __commonJS({
  "node_modules/yaml/dist/compose/compose-scalar.js"(exports2) {
    "use strict";
    var identity = require_identity();
    var Scalar3 = require_Scalar();
    var resolveBlockScalar = require_resolve_block_scalar();
    var resolveFlowScalar = require_resolve_flow_scalar();
    function composeScalar(ctx, token, tagToken, onError) {
      const { value, type, comment, range } = token.type === "block-scalar" ? resolveBlockScalar.resolveBlockScalar(ctx, token, onError) : resolveFlowScalar.resolveFlowScalar(token, ctx.options.strict, onError);
      const tagName = tagToken ? ctx.directives.tagName(tagToken.source, (msg) => onError(tagToken, "TAG_RESOLVE_FAILED", msg)) : null;
      let tag;
      if (ctx.options.stringKeys && ctx.atKey) {
        tag = ctx.schema[identity.SCALAR];
      } else if (tagName)
        tag = findScalarTagByName(ctx.schema, value, tagName, tagToken, onError);
      else if (token.type === "scalar")
        tag = findScalarTagByTest(ctx, value, token, onError);
      else
        tag = ctx.schema[identity.SCALAR];
      let scalar;
      try {
        const res = tag.resolve(value, (msg) => onError(tagToken ?? token, "TAG_RESOLVE_FAILED", msg), ctx.options);
        scalar = identity.isScalar(res) ? res : new Scalar3.Scalar(res);
      } catch (error) {
        const msg = error instanceof Error ? error.message : String(error);
        onError(tagToken ?? token, "TAG_RESOLVE_FAILED", msg);
        scalar = new Scalar3.Scalar(value);
      }
      scalar.range = range;
      scalar.source = value;
      if (type)
        scalar.type = type;
      if (tagName)
        scalar.tag = tagName;
      if (tag.format)
        scalar.format = tag.format;
      if (comment)
        scalar.comment = comment;
      return scalar;
    }
    function findScalarTagByName(schema, value, tagName, tagToken, onError) {
      if (tagName === "!")
        return schema[identity.SCALAR];
      const matchWithTest = [];
      for (const tag of schema.tags) {
        if (!tag.collection && tag.tag === tagName) {
          if (tag.default && tag.test)
            matchWithTest.push(tag);
          else
            return tag;
        }
      }
      for (const tag of matchWithTest)
        if (tag.test?.test(value))
          return tag;
      const kt = schema.knownTags[tagName];
      if (kt && !kt.collection) {
        schema.tags.push(Object.assign({}, kt, { default: false, test: void 0 }));
        return kt;
      }
      onError(tagToken, "TAG_RESOLVE_FAILED", `Unresolved tag: ${tagName}`, tagName !== "tag:yaml.org,2002:str");
      return schema[identity.SCALAR];
    }
    function findScalarTagByTest({ atKey, directives, schema }, value, token, onError) {
      const tag = schema.tags.find((tag2) => (tag2.default === true || atKey && tag2.default === "key") && tag2.test?.test(value)) || schema[identity.SCALAR];
      if (schema.compat) {
        const compat = schema.compat.find((tag2) => tag2.default && tag2.test?.test(value)) ?? schema[identity.SCALAR];
        if (tag.tag !== compat.tag) {
          const ts = directives.tagString(tag.tag);
          const cs = directives.tagString(compat.tag);
          const msg = `Value may be parsed as either ${ts} or ${cs}`;
          onError(token, "TAG_RESOLVE_FAILED", msg, true);
        }
      }
      return tag;
    }
    exports2.composeScalar = composeScalar;
  }
});

// node_modules/yaml/dist/compose/util-empty-scalar-position.js
var require_util_empty_scalar_position = __commonJS({
  "node_modules/yaml/dist/compose/util-empty-scalar-position.js"(exports2) {
    "use strict";
    function emptyScalarPosition(offset, before, pos) {
      if (before) {
        pos ?? (pos = before.length);
        for (let i = pos - 1; i >= 0; --i) {
          let st = before[i];
          switch (st.type) {
            case "space":
            case "comment":
            case "newline":
              offset -= st.source.length;
              continue;
          }
          st = before[++i];
          while (st?.type === "space") {
            offset += st.source.length;
            st = before[++i];
          }
          break;
        }
      }
      return offset;
    }
    exports2.emptyScalarPosition = emptyScalarPosition;
  }
});

// node_modules/yaml/dist/compose/compose-node.js
var require_compose_node = __commonJS({
  "node_modules/yaml/dist/compose/compose-node.js"(exports2) {
    "use strict";
    var Alias = require_Alias();
    var identity = require_identity();
    var composeCollection = require_compose_collection();
    var composeScalar = require_compose_scalar();
    var resolveEnd = require_resolve_end();
    var utilEmptyScalarPosition = require_util_empty_scalar_position();
    var CN = { composeNode, composeEmptyNode };
    function composeNode(ctx, token, props, onError) {
      const atKey = ctx.atKey;
      const { spaceBefore, comment, anchor, tag } = props;
      let node;
      let isSrcToken = true;
      switch (token.type) {
        case "alias":
          node = composeAlias(ctx, token, onError);
          if (anchor || tag)
            onError(token, "ALIAS_PROPS", "An alias node must not specify any properties");
          break;
        case "scalar":
        case "single-quoted-scalar":
        case "double-quoted-scalar":
        case "block-scalar":
          node = composeScalar.composeScalar(ctx, token, tag, onError);
          if (anchor)
            node.anchor = anchor.source.substring(1);
          break;
        case "block-map":
        case "block-seq":
        case "flow-collection":
          try {
            node = composeCollection.composeCollection(CN, ctx, token, props, onError);
            if (anchor)
              node.anchor = anchor.source.substring(1);
          } catch (error) {
            const message = error instanceof Error ? error.message : String(error);
            onError(token, "RESOURCE_EXHAUSTION", message);
          }
          break;
        default: {
          const message = token.type === "error" ? token.message : `Unsupported token (type: ${token.type})`;
          onError(token, "UNEXPECTED_TOKEN", message);
          isSrcToken = false;
        }
      }
      node ?? (node = composeEmptyNode(ctx, token.offset, void 0, null, props, onError));
      if (anchor && node.anchor === "")
        onError(anchor, "BAD_ALIAS", "Anchor cannot be an empty string");
      if (atKey && ctx.options.stringKeys && (!identity.isScalar(node) || typeof node.value !== "string" || node.tag && node.tag !== "tag:yaml.org,2002:str")) {
        const msg = "With stringKeys, all keys must be strings";
        onError(tag ?? token, "NON_STRING_KEY", msg);
      }
      if (spaceBefore)
        node.spaceBefore = true;
      if (comment) {
        if (token.type === "scalar" && token.source === "")
          node.comment = comment;
        else
          node.commentBefore = comment;
      }
      if (ctx.options.keepSourceTokens && isSrcToken)
        node.srcToken = token;
      return node;
    }
    function composeEmptyNode(ctx, offset, before, pos, { spaceBefore, comment, anchor, tag, end }, onError) {
      const token = {
        type: "scalar",
        offset: utilEmptyScalarPosition.emptyScalarPosition(offset, before, pos),
        indent: -1,
        source: ""
      };
      const node = composeScalar.composeScalar(ctx, token, tag, onError);
      if (anchor) {
        node.anchor = anchor.source.substring(1);
        if (node.anchor === "")
          onError(anchor, "BAD_ALIAS", "Anchor cannot be an empty string");
      }
      if (spaceBefore)
        node.spaceBefore = true;
      if (comment) {
        node.comment = comment;
        node.range[2] = end;
      }
      return node;
    }
    function composeAlias({ options }, { offset, source, end }, onError) {
      const alias = new Alias.Alias(source.substring(1));
      if (alias.source === "")
        onError(offset, "BAD_ALIAS", "Alias cannot be an empty string");
      if (alias.source.endsWith(":"))
        onError(offset + source.length - 1, "BAD_ALIAS", "Alias ending in : is ambiguous", true);
      const valueEnd = offset + source.length;
      const re = resolveEnd.resolveEnd(end, valueEnd, options.strict, onError);
      alias.range = [offset, valueEnd, re.offset];
      if (re.comment)
        alias.comment = re.comment;
      return alias;
    }
    exports2.composeEmptyNode = composeEmptyNode;
    exports2.composeNode = composeNode;
  }
});

// node_modules/yaml/dist/compose/compose-doc.js
var require_compose_doc = __commonJS({
  "node_modules/yaml/dist/compose/compose-doc.js"(exports2) {
    "use strict";
    var Document2 = require_Document();
    var composeNode = require_compose_node();
    var resolveEnd = require_resolve_end();
    var resolveProps = require_resolve_props();
    function composeDoc(options, directives, { offset, start, value, end }, onError) {
      const opts = Object.assign({ _directives: directives }, options);
      const doc = new Document2.Document(void 0, opts);
      const ctx = {
        atKey: false,
        atRoot: true,
        directives: doc.directives,
        options: doc.options,
        schema: doc.schema
      };
      const props = resolveProps.resolveProps(start, {
        indicator: "doc-start",
        next: value ?? end?.[0],
        offset,
        onError,
        parentIndent: 0,
        startOnNewline: true
      });
      if (props.found) {
        doc.directives.docStart = true;
        if (value && (value.type === "block-map" || value.type === "block-seq") && !props.hasNewline)
          onError(props.end, "MISSING_CHAR", "Block collection cannot start on same line with directives-end marker");
      }
      doc.contents = value ? composeNode.composeNode(ctx, value, props, onError) : composeNode.composeEmptyNode(ctx, props.end, start, null, props, onError);
      const contentEnd = doc.contents.range[2];
      const re = resolveEnd.resolveEnd(end, contentEnd, false, onError);
      if (re.comment)
        doc.comment = re.comment;
      doc.range = [offset, contentEnd, re.offset];
      return doc;
    }
    exports2.composeDoc = composeDoc;
  }
});

// node_modules/yaml/dist/compose/composer.js
var require_composer = __commonJS({
  "node_modules/yaml/dist/compose/composer.js"(exports2) {
    "use strict";
    var node_process = require("process");
    var directives = require_directives();
    var Document2 = require_Document();
    var errors = require_errors();
    var identity = require_identity();
    var composeDoc = require_compose_doc();
    var resolveEnd = require_resolve_end();
    function getErrorPos(src) {
      if (typeof src === "number")
        return [src, src + 1];
      if (Array.isArray(src))
        return src.length === 2 ? src : [src[0], src[1]];
      const { offset, source } = src;
      return [offset, offset + (typeof source === "string" ? source.length : 1)];
    }
    function parsePrelude(prelude) {
      let comment = "";
      let atComment = false;
      let afterEmptyLine = false;
      for (let i = 0; i < prelude.length; ++i) {
        const source = prelude[i];
        switch (source[0]) {
          case "#":
            comment += (comment === "" ? "" : afterEmptyLine ? "\n\n" : "\n") + (source.substring(1) || " ");
            atComment = true;
            afterEmptyLine = false;
            break;
          case "%":
            if (prelude[i + 1]?.[0] !== "#")
              i += 1;
            atComment = false;
            break;
          default:
            if (!atComment)
              afterEmptyLine = true;
            atComment = false;
        }
      }
      return { comment, afterEmptyLine };
    }
    var Composer = class {
      constructor(options = {}) {
        this.doc = null;
        this.atDirectives = false;
        this.prelude = [];
        this.errors = [];
        this.warnings = [];
        this.onError = (source, code, message, warning) => {
          const pos = getErrorPos(source);
          if (warning)
            this.warnings.push(new errors.YAMLWarning(pos, code, message));
          else
            this.errors.push(new errors.YAMLParseError(pos, code, message));
        };
        this.directives = new directives.Directives({ version: options.version || "1.2" });
        this.options = options;
      }
      decorate(doc, afterDoc) {
        const { comment, afterEmptyLine } = parsePrelude(this.prelude);
        if (comment) {
          const dc = doc.contents;
          if (afterDoc) {
            doc.comment = doc.comment ? `${doc.comment}
${comment}` : comment;
          } else if (afterEmptyLine || doc.directives.docStart || !dc) {
            doc.commentBefore = comment;
          } else if (identity.isCollection(dc) && !dc.flow && dc.items.length > 0) {
            let it = dc.items[0];
            if (identity.isPair(it))
              it = it.key;
            const cb = it.commentBefore;
            it.commentBefore = cb ? `${comment}
${cb}` : comment;
          } else {
            const cb = dc.commentBefore;
            dc.commentBefore = cb ? `${comment}
${cb}` : comment;
          }
        }
        if (afterDoc) {
          for (let i = 0; i < this.errors.length; ++i)
            doc.errors.push(this.errors[i]);
          for (let i = 0; i < this.warnings.length; ++i)
            doc.warnings.push(this.warnings[i]);
        } else {
          doc.errors = this.errors;
          doc.warnings = this.warnings;
        }
        this.prelude = [];
        this.errors = [];
        this.warnings = [];
      }
      /**
       * Current stream status information.
       *
       * Mostly useful at the end of input for an empty stream.
       */
      streamInfo() {
        return {
          comment: parsePrelude(this.prelude).comment,
          directives: this.directives,
          errors: this.errors,
          warnings: this.warnings
        };
      }
      /**
       * Compose tokens into documents.
       *
       * @param forceDoc - If the stream contains no document, still emit a final document including any comments and directives that would be applied to a subsequent document.
       * @param endOffset - Should be set if `forceDoc` is also set, to set the document range end and to indicate errors correctly.
       */
      *compose(tokens, forceDoc = false, endOffset = -1) {
        for (const token of tokens)
          yield* this.next(token);
        yield* this.end(forceDoc, endOffset);
      }
      /** Advance the composer by one CST token. */
      *next(token) {
        if (node_process.env.LOG_STREAM)
          console.dir(token, { depth: null });
        switch (token.type) {
          case "directive":
            this.directives.add(token.source, (offset, message, warning) => {
              const pos = getErrorPos(token);
              pos[0] += offset;
              this.onError(pos, "BAD_DIRECTIVE", message, warning);
            });
            this.prelude.push(token.source);
            this.atDirectives = true;
            break;
          case "document": {
            const doc = composeDoc.composeDoc(this.options, this.directives, token, this.onError);
            if (this.atDirectives && !doc.directives.docStart)
              this.onError(token, "MISSING_CHAR", "Missing directives-end/doc-start indicator line");
            this.decorate(doc, false);
            if (this.doc)
              yield this.doc;
            this.doc = doc;
            this.atDirectives = false;
            break;
          }
          case "byte-order-mark":
          case "space":
            break;
          case "comment":
          case "newline":
            this.prelude.push(token.source);
            break;
          case "error": {
            const msg = token.source ? `${token.message}: ${JSON.stringify(token.source)}` : token.message;
            const error = new errors.YAMLParseError(getErrorPos(token), "UNEXPECTED_TOKEN", msg);
            if (this.atDirectives || !this.doc)
              this.errors.push(error);
            else
              this.doc.errors.push(error);
            break;
          }
          case "doc-end": {
            if (!this.doc) {
              const msg = "Unexpected doc-end without preceding document";
              this.errors.push(new errors.YAMLParseError(getErrorPos(token), "UNEXPECTED_TOKEN", msg));
              break;
            }
            this.doc.directives.docEnd = true;
            const end = resolveEnd.resolveEnd(token.end, token.offset + token.source.length, this.doc.options.strict, this.onError);
            this.decorate(this.doc, true);
            if (end.comment) {
              const dc = this.doc.comment;
              this.doc.comment = dc ? `${dc}
${end.comment}` : end.comment;
            }
            this.doc.range[2] = end.offset;
            break;
          }
          default:
            this.errors.push(new errors.YAMLParseError(getErrorPos(token), "UNEXPECTED_TOKEN", `Unsupported token ${token.type}`));
        }
      }
      /**
       * Call at end of input to yield any remaining document.
       *
       * @param forceDoc - If the stream contains no document, still emit a final document including any comments and directives that would be applied to a subsequent document.
       * @param endOffset - Should be set if `forceDoc` is also set, to set the document range end and to indicate errors correctly.
       */
      *end(forceDoc = false, endOffset = -1) {
        if (this.doc) {
          this.decorate(this.doc, true);
          yield this.doc;
          this.doc = null;
        } else if (forceDoc) {
          const opts = Object.assign({ _directives: this.directives }, this.options);
          const doc = new Document2.Document(void 0, opts);
          if (this.atDirectives)
            this.onError(endOffset, "MISSING_CHAR", "Missing directives-end indicator line");
          doc.range = [0, endOffset, endOffset];
          this.decorate(doc, false);
          yield doc;
        }
      }
    };
    exports2.Composer = Composer;
  }
});

// node_modules/yaml/dist/parse/cst-scalar.js
var require_cst_scalar = __commonJS({
  "node_modules/yaml/dist/parse/cst-scalar.js"(exports2) {
    "use strict";
    var resolveBlockScalar = require_resolve_block_scalar();
    var resolveFlowScalar = require_resolve_flow_scalar();
    var errors = require_errors();
    var stringifyString = require_stringifyString();
    function resolveAsScalar(token, strict = true, onError) {
      if (token) {
        const _onError = (pos, code, message) => {
          const offset = typeof pos === "number" ? pos : Array.isArray(pos) ? pos[0] : pos.offset;
          if (onError)
            onError(offset, code, message);
          else
            throw new errors.YAMLParseError([offset, offset + 1], code, message);
        };
        switch (token.type) {
          case "scalar":
          case "single-quoted-scalar":
          case "double-quoted-scalar":
            return resolveFlowScalar.resolveFlowScalar(token, strict, _onError);
          case "block-scalar":
            return resolveBlockScalar.resolveBlockScalar({ options: { strict } }, token, _onError);
        }
      }
      return null;
    }
    function createScalarToken(value, context) {
      const { implicitKey = false, indent, inFlow = false, offset = -1, type = "PLAIN" } = context;
      const source = stringifyString.stringifyString({ type, value }, {
        implicitKey,
        indent: indent > 0 ? " ".repeat(indent) : "",
        inFlow,
        options: { blockQuote: true, lineWidth: -1 }
      });
      const end = context.end ?? [
        { type: "newline", offset: -1, indent, source: "\n" }
      ];
      switch (source[0]) {
        case "|":
        case ">": {
          const he = source.indexOf("\n");
          const head = source.substring(0, he);
          const body = source.substring(he + 1) + "\n";
          const props = [
            { type: "block-scalar-header", offset, indent, source: head }
          ];
          if (!addEndtoBlockProps(props, end))
            props.push({ type: "newline", offset: -1, indent, source: "\n" });
          return { type: "block-scalar", offset, indent, props, source: body };
        }
        case '"':
          return { type: "double-quoted-scalar", offset, indent, source, end };
        case "'":
          return { type: "single-quoted-scalar", offset, indent, source, end };
        default:
          return { type: "scalar", offset, indent, source, end };
      }
    }
    function setScalarValue(token, value, context = {}) {
      let { afterKey = false, implicitKey = false, inFlow = false, type } = context;
      let indent = "indent" in token ? token.indent : null;
      if (afterKey && typeof indent === "number")
        indent += 2;
      if (!type)
        switch (token.type) {
          case "single-quoted-scalar":
            type = "QUOTE_SINGLE";
            break;
          case "double-quoted-scalar":
            type = "QUOTE_DOUBLE";
            break;
          case "block-scalar": {
            const header = token.props[0];
            if (header.type !== "block-scalar-header")
              throw new Error("Invalid block scalar header");
            type = header.source[0] === ">" ? "BLOCK_FOLDED" : "BLOCK_LITERAL";
            break;
          }
          default:
            type = "PLAIN";
        }
      const source = stringifyString.stringifyString({ type, value }, {
        implicitKey: implicitKey || indent === null,
        indent: indent !== null && indent > 0 ? " ".repeat(indent) : "",
        inFlow,
        options: { blockQuote: true, lineWidth: -1 }
      });
      switch (source[0]) {
        case "|":
        case ">":
          setBlockScalarValue(token, source);
          break;
        case '"':
          setFlowScalarValue(token, source, "double-quoted-scalar");
          break;
        case "'":
          setFlowScalarValue(token, source, "single-quoted-scalar");
          break;
        default:
          setFlowScalarValue(token, source, "scalar");
      }
    }
    function setBlockScalarValue(token, source) {
      const he = source.indexOf("\n");
      const head = source.substring(0, he);
      const body = source.substring(he + 1) + "\n";
      if (token.type === "block-scalar") {
        const header = token.props[0];
        if (header.type !== "block-scalar-header")
          throw new Error("Invalid block scalar header");
        header.source = head;
        token.source = body;
      } else {
        const { offset } = token;
        const indent = "indent" in token ? token.indent : -1;
        const props = [
          { type: "block-scalar-header", offset, indent, source: head }
        ];
        if (!addEndtoBlockProps(props, "end" in token ? token.end : void 0))
          props.push({ type: "newline", offset: -1, indent, source: "\n" });
        for (const key of Object.keys(token))
          if (key !== "type" && key !== "offset")
            delete token[key];
        Object.assign(token, { type: "block-scalar", indent, props, source: body });
      }
    }
    function addEndtoBlockProps(props, end) {
      if (end)
        for (const st of end)
          switch (st.type) {
            case "space":
            case "comment":
              props.push(st);
              break;
            case "newline":
              props.push(st);
              return true;
          }
      return false;
    }
    function setFlowScalarValue(token, source, type) {
      switch (token.type) {
        case "scalar":
        case "double-quoted-scalar":
        case "single-quoted-scalar":
          token.type = type;
          token.source = source;
          break;
        case "block-scalar": {
          const end = token.props.slice(1);
          let oa = source.length;
          if (token.props[0].type === "block-scalar-header")
            oa -= token.props[0].source.length;
          for (const tok of end)
            tok.offset += oa;
          delete token.props;
          Object.assign(token, { type, source, end });
          break;
        }
        case "block-map":
        case "block-seq": {
          const offset = token.offset + source.length;
          const nl = { type: "newline", offset, indent: token.indent, source: "\n" };
          delete token.items;
          Object.assign(token, { type, source, end: [nl] });
          break;
        }
        default: {
          const indent = "indent" in token ? token.indent : -1;
          const end = "end" in token && Array.isArray(token.end) ? token.end.filter((st) => st.type === "space" || st.type === "comment" || st.type === "newline") : [];
          for (const key of Object.keys(token))
            if (key !== "type" && key !== "offset")
              delete token[key];
          Object.assign(token, { type, indent, source, end });
        }
      }
    }
    exports2.createScalarToken = createScalarToken;
    exports2.resolveAsScalar = resolveAsScalar;
    exports2.setScalarValue = setScalarValue;
  }
});

// node_modules/yaml/dist/parse/cst-stringify.js
var require_cst_stringify = __commonJS({
  "node_modules/yaml/dist/parse/cst-stringify.js"(exports2) {
    "use strict";
    var stringify2 = (cst) => "type" in cst ? stringifyToken(cst) : stringifyItem(cst);
    function stringifyToken(token) {
      switch (token.type) {
        case "block-scalar": {
          let res = "";
          for (const tok of token.props)
            res += stringifyToken(tok);
          return res + token.source;
        }
        case "block-map":
        case "block-seq": {
          let res = "";
          for (const item of token.items)
            res += stringifyItem(item);
          return res;
        }
        case "flow-collection": {
          let res = token.start.source;
          for (const item of token.items)
            res += stringifyItem(item);
          for (const st of token.end)
            res += st.source;
          return res;
        }
        case "document": {
          let res = stringifyItem(token);
          if (token.end)
            for (const st of token.end)
              res += st.source;
          return res;
        }
        default: {
          let res = token.source;
          if ("end" in token && token.end)
            for (const st of token.end)
              res += st.source;
          return res;
        }
      }
    }
    function stringifyItem({ start, key, sep, value }) {
      let res = "";
      for (const st of start)
        res += st.source;
      if (key)
        res += stringifyToken(key);
      if (sep)
        for (const st of sep)
          res += st.source;
      if (value)
        res += stringifyToken(value);
      return res;
    }
    exports2.stringify = stringify2;
  }
});

// node_modules/yaml/dist/parse/cst-visit.js
var require_cst_visit = __commonJS({
  "node_modules/yaml/dist/parse/cst-visit.js"(exports2) {
    "use strict";
    var BREAK = /* @__PURE__ */ Symbol("break visit");
    var SKIP = /* @__PURE__ */ Symbol("skip children");
    var REMOVE = /* @__PURE__ */ Symbol("remove item");
    function visit3(cst, visitor) {
      if ("type" in cst && cst.type === "document")
        cst = { start: cst.start, value: cst.value };
      _visit(Object.freeze([]), cst, visitor);
    }
    visit3.BREAK = BREAK;
    visit3.SKIP = SKIP;
    visit3.REMOVE = REMOVE;
    visit3.itemAtPath = (cst, path) => {
      let item = cst;
      for (const [field, index] of path) {
        const tok = item?.[field];
        if (tok && "items" in tok) {
          item = tok.items[index];
        } else
          return void 0;
      }
      return item;
    };
    visit3.parentCollection = (cst, path) => {
      const parent = visit3.itemAtPath(cst, path.slice(0, -1));
      const field = path[path.length - 1][0];
      const coll = parent?.[field];
      if (coll && "items" in coll)
        return coll;
      throw new Error("Parent collection not found");
    };
    function _visit(path, item, visitor) {
      let ctrl = visitor(item, path);
      if (typeof ctrl === "symbol")
        return ctrl;
      for (const field of ["key", "value"]) {
        const token = item[field];
        if (token && "items" in token) {
          for (let i = 0; i < token.items.length; ++i) {
            const ci = _visit(Object.freeze(path.concat([[field, i]])), token.items[i], visitor);
            if (typeof ci === "number")
              i = ci - 1;
            else if (ci === BREAK)
              return BREAK;
            else if (ci === REMOVE) {
              token.items.splice(i, 1);
              i -= 1;
            }
          }
          if (typeof ctrl === "function" && field === "key")
            ctrl = ctrl(item, path);
        }
      }
      return typeof ctrl === "function" ? ctrl(item, path) : ctrl;
    }
    exports2.visit = visit3;
  }
});

// node_modules/yaml/dist/parse/cst.js
var require_cst = __commonJS({
  "node_modules/yaml/dist/parse/cst.js"(exports2) {
    "use strict";
    var cstScalar = require_cst_scalar();
    var cstStringify = require_cst_stringify();
    var cstVisit = require_cst_visit();
    var BOM = "\uFEFF";
    var DOCUMENT = "";
    var FLOW_END = "";
    var SCALAR = "";
    var isCollection2 = (token) => !!token && "items" in token;
    var isScalar7 = (token) => !!token && (token.type === "scalar" || token.type === "single-quoted-scalar" || token.type === "double-quoted-scalar" || token.type === "block-scalar");
    function prettyToken(token) {
      switch (token) {
        case BOM:
          return "<BOM>";
        case DOCUMENT:
          return "<DOC>";
        case FLOW_END:
          return "<FLOW_END>";
        case SCALAR:
          return "<SCALAR>";
        default:
          return JSON.stringify(token);
      }
    }
    function tokenType(source) {
      switch (source) {
        case BOM:
          return "byte-order-mark";
        case DOCUMENT:
          return "doc-mode";
        case FLOW_END:
          return "flow-error-end";
        case SCALAR:
          return "scalar";
        case "---":
          return "doc-start";
        case "...":
          return "doc-end";
        case "":
        case "\n":
        case "\r\n":
          return "newline";
        case "-":
          return "seq-item-ind";
        case "?":
          return "explicit-key-ind";
        case ":":
          return "map-value-ind";
        case "{":
          return "flow-map-start";
        case "}":
          return "flow-map-end";
        case "[":
          return "flow-seq-start";
        case "]":
          return "flow-seq-end";
        case ",":
          return "comma";
      }
      switch (source[0]) {
        case " ":
        case "	":
          return "space";
        case "#":
          return "comment";
        case "%":
          return "directive-line";
        case "*":
          return "alias";
        case "&":
          return "anchor";
        case "!":
          return "tag";
        case "'":
          return "single-quoted-scalar";
        case '"':
          return "double-quoted-scalar";
        case "|":
        case ">":
          return "block-scalar-header";
      }
      return null;
    }
    exports2.createScalarToken = cstScalar.createScalarToken;
    exports2.resolveAsScalar = cstScalar.resolveAsScalar;
    exports2.setScalarValue = cstScalar.setScalarValue;
    exports2.stringify = cstStringify.stringify;
    exports2.visit = cstVisit.visit;
    exports2.BOM = BOM;
    exports2.DOCUMENT = DOCUMENT;
    exports2.FLOW_END = FLOW_END;
    exports2.SCALAR = SCALAR;
    exports2.isCollection = isCollection2;
    exports2.isScalar = isScalar7;
    exports2.prettyToken = prettyToken;
    exports2.tokenType = tokenType;
  }
});

// node_modules/yaml/dist/parse/lexer.js
var require_lexer = __commonJS({
  "node_modules/yaml/dist/parse/lexer.js"(exports2) {
    "use strict";
    var cst = require_cst();
    function isEmpty(ch) {
      switch (ch) {
        case void 0:
        case " ":
        case "\n":
        case "\r":
        case "	":
          return true;
        default:
          return false;
      }
    }
    var hexDigits = new Set("0123456789ABCDEFabcdef");
    var tagChars = new Set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-#;/?:@&=+$_.!~*'()");
    var flowIndicatorChars = new Set(",[]{}");
    var invalidAnchorChars = new Set(" ,[]{}\n\r	");
    var isNotAnchorChar = (ch) => !ch || invalidAnchorChars.has(ch);
    var Lexer3 = class {
      constructor() {
        this.atEnd = false;
        this.blockScalarIndent = -1;
        this.blockScalarKeep = false;
        this.buffer = "";
        this.flowKey = false;
        this.flowLevel = 0;
        this.indentNext = 0;
        this.indentValue = 0;
        this.lineEndPos = null;
        this.next = null;
        this.pos = 0;
      }
      /**
       * Generate YAML tokens from the `source` string. If `incomplete`,
       * a part of the last line may be left as a buffer for the next call.
       *
       * @returns A generator of lexical tokens
       */
      *lex(source, incomplete = false) {
        if (source) {
          if (typeof source !== "string")
            throw TypeError("source is not a string");
          this.buffer = this.buffer ? this.buffer + source : source;
          this.lineEndPos = null;
        }
        this.atEnd = !incomplete;
        let next = this.next ?? "stream";
        while (next && (incomplete || this.hasChars(1)))
          next = yield* this.parseNext(next);
      }
      atLineEnd() {
        let i = this.pos;
        let ch = this.buffer[i];
        while (ch === " " || ch === "	")
          ch = this.buffer[++i];
        if (!ch || ch === "#" || ch === "\n")
          return true;
        if (ch === "\r")
          return this.buffer[i + 1] === "\n";
        return false;
      }
      charAt(n) {
        return this.buffer[this.pos + n];
      }
      continueScalar(offset) {
        let ch = this.buffer[offset];
        if (this.indentNext > 0) {
          let indent = 0;
          while (ch === " ")
            ch = this.buffer[++indent + offset];
          if (ch === "\r") {
            const next = this.buffer[indent + offset + 1];
            if (next === "\n" || !next && !this.atEnd)
              return offset + indent + 1;
          }
          return ch === "\n" || indent >= this.indentNext || !ch && !this.atEnd ? offset + indent : -1;
        }
        if (ch === "-" || ch === ".") {
          const dt = this.buffer.substr(offset, 3);
          if ((dt === "---" || dt === "...") && isEmpty(this.buffer[offset + 3]))
            return -1;
        }
        return offset;
      }
      getLine() {
        let end = this.lineEndPos;
        if (typeof end !== "number" || end !== -1 && end < this.pos) {
          end = this.buffer.indexOf("\n", this.pos);
          this.lineEndPos = end;
        }
        if (end === -1)
          return this.atEnd ? this.buffer.substring(this.pos) : null;
        if (this.buffer[end - 1] === "\r")
          end -= 1;
        return this.buffer.substring(this.pos, end);
      }
      hasChars(n) {
        return this.pos + n <= this.buffer.length;
      }
      setNext(state) {
        this.buffer = this.buffer.substring(this.pos);
        this.pos = 0;
        this.lineEndPos = null;
        this.next = state;
        return null;
      }
      peek(n) {
        return this.buffer.substr(this.pos, n);
      }
      *parseNext(next) {
        switch (next) {
          case "stream":
            return yield* this.parseStream();
          case "line-start":
            return yield* this.parseLineStart();
          case "block-start":
            return yield* this.parseBlockStart();
          case "doc":
            return yield* this.parseDocument();
          case "flow":
            return yield* this.parseFlowCollection();
          case "quoted-scalar":
            return yield* this.parseQuotedScalar();
          case "block-scalar":
            return yield* this.parseBlockScalar();
          case "plain-scalar":
            return yield* this.parsePlainScalar();
        }
      }
      *parseStream() {
        let line = this.getLine();
        if (line === null)
          return this.setNext("stream");
        if (line[0] === cst.BOM) {
          yield* this.pushCount(1);
          line = line.substring(1);
        }
        if (line[0] === "%") {
          let dirEnd = line.length;
          let cs = line.indexOf("#");
          while (cs !== -1) {
            const ch = line[cs - 1];
            if (ch === " " || ch === "	") {
              dirEnd = cs - 1;
              break;
            } else {
              cs = line.indexOf("#", cs + 1);
            }
          }
          while (true) {
            const ch = line[dirEnd - 1];
            if (ch === " " || ch === "	")
              dirEnd -= 1;
            else
              break;
          }
          const n = (yield* this.pushCount(dirEnd)) + (yield* this.pushSpaces(true));
          yield* this.pushCount(line.length - n);
          this.pushNewline();
          return "stream";
        }
        if (this.atLineEnd()) {
          const sp = yield* this.pushSpaces(true);
          yield* this.pushCount(line.length - sp);
          yield* this.pushNewline();
          return "stream";
        }
        yield cst.DOCUMENT;
        return yield* this.parseLineStart();
      }
      *parseLineStart() {
        const ch = this.charAt(0);
        if (!ch && !this.atEnd)
          return this.setNext("line-start");
        if (ch === "-" || ch === ".") {
          if (!this.atEnd && !this.hasChars(4))
            return this.setNext("line-start");
          const s = this.peek(3);
          if ((s === "---" || s === "...") && isEmpty(this.charAt(3))) {
            yield* this.pushCount(3);
            this.indentValue = 0;
            this.indentNext = 0;
            return s === "---" ? "doc" : "stream";
          }
        }
        this.indentValue = yield* this.pushSpaces(false);
        if (this.indentNext > this.indentValue && !isEmpty(this.charAt(1)))
          this.indentNext = this.indentValue;
        return yield* this.parseBlockStart();
      }
      *parseBlockStart() {
        const [ch0, ch1] = this.peek(2);
        if (!ch1 && !this.atEnd)
          return this.setNext("block-start");
        if ((ch0 === "-" || ch0 === "?" || ch0 === ":") && isEmpty(ch1)) {
          const n = (yield* this.pushCount(1)) + (yield* this.pushSpaces(true));
          this.indentNext = this.indentValue + 1;
          this.indentValue += n;
          return "block-start";
        }
        return "doc";
      }
      *parseDocument() {
        yield* this.pushSpaces(true);
        const line = this.getLine();
        if (line === null)
          return this.setNext("doc");
        let n = yield* this.pushIndicators();
        switch (line[n]) {
          case "#":
            yield* this.pushCount(line.length - n);
          // fallthrough
          case void 0:
            yield* this.pushNewline();
            return yield* this.parseLineStart();
          case "{":
          case "[":
            yield* this.pushCount(1);
            this.flowKey = false;
            this.flowLevel = 1;
            return "flow";
          case "}":
          case "]":
            yield* this.pushCount(1);
            return "doc";
          case "*":
            yield* this.pushUntil(isNotAnchorChar);
            return "doc";
          case '"':
          case "'":
            return yield* this.parseQuotedScalar();
          case "|":
          case ">":
            n += yield* this.parseBlockScalarHeader();
            n += yield* this.pushSpaces(true);
            yield* this.pushCount(line.length - n);
            yield* this.pushNewline();
            return yield* this.parseBlockScalar();
          default:
            return yield* this.parsePlainScalar();
        }
      }
      *parseFlowCollection() {
        let nl, sp;
        let indent = -1;
        do {
          nl = yield* this.pushNewline();
          if (nl > 0) {
            sp = yield* this.pushSpaces(false);
            this.indentValue = indent = sp;
          } else {
            sp = 0;
          }
          sp += yield* this.pushSpaces(true);
        } while (nl + sp > 0);
        const line = this.getLine();
        if (line === null)
          return this.setNext("flow");
        if (indent !== -1 && indent < this.indentNext && line[0] !== "#" || indent === 0 && (line.startsWith("---") || line.startsWith("...")) && isEmpty(line[3])) {
          const atFlowEndMarker = indent === this.indentNext - 1 && this.flowLevel === 1 && (line[0] === "]" || line[0] === "}");
          if (!atFlowEndMarker) {
            this.flowLevel = 0;
            yield cst.FLOW_END;
            return yield* this.parseLineStart();
          }
        }
        let n = 0;
        while (line[n] === ",") {
          n += yield* this.pushCount(1);
          n += yield* this.pushSpaces(true);
          this.flowKey = false;
        }
        n += yield* this.pushIndicators();
        switch (line[n]) {
          case void 0:
            return "flow";
          case "#":
            yield* this.pushCount(line.length - n);
            return "flow";
          case "{":
          case "[":
            yield* this.pushCount(1);
            this.flowKey = false;
            this.flowLevel += 1;
            return "flow";
          case "}":
          case "]":
            yield* this.pushCount(1);
            this.flowKey = true;
            this.flowLevel -= 1;
            return this.flowLevel ? "flow" : "doc";
          case "*":
            yield* this.pushUntil(isNotAnchorChar);
            return "flow";
          case '"':
          case "'":
            this.flowKey = true;
            return yield* this.parseQuotedScalar();
          case ":": {
            const next = this.charAt(1);
            if (this.flowKey || isEmpty(next) || next === ",") {
              this.flowKey = false;
              yield* this.pushCount(1);
              yield* this.pushSpaces(true);
              return "flow";
            }
          }
          // fallthrough
          default:
            this.flowKey = false;
            return yield* this.parsePlainScalar();
        }
      }
      *parseQuotedScalar() {
        const quote = this.charAt(0);
        let end = this.buffer.indexOf(quote, this.pos + 1);
        if (quote === "'") {
          while (end !== -1 && this.buffer[end + 1] === "'")
            end = this.buffer.indexOf("'", end + 2);
        } else {
          while (end !== -1) {
            let n = 0;
            while (this.buffer[end - 1 - n] === "\\")
              n += 1;
            if (n % 2 === 0)
              break;
            end = this.buffer.indexOf('"', end + 1);
          }
        }
        const qb = this.buffer.substring(0, end);
        let nl = qb.indexOf("\n", this.pos);
        if (nl !== -1) {
          while (nl !== -1) {
            const cs = this.continueScalar(nl + 1);
            if (cs === -1)
              break;
            nl = qb.indexOf("\n", cs);
          }
          if (nl !== -1) {
            end = nl - (qb[nl - 1] === "\r" ? 2 : 1);
          }
        }
        if (end === -1) {
          if (!this.atEnd)
            return this.setNext("quoted-scalar");
          end = this.buffer.length;
        }
        yield* this.pushToIndex(end + 1, false);
        return this.flowLevel ? "flow" : "doc";
      }
      *parseBlockScalarHeader() {
        this.blockScalarIndent = -1;
        this.blockScalarKeep = false;
        let i = this.pos;
        while (true) {
          const ch = this.buffer[++i];
          if (ch === "+")
            this.blockScalarKeep = true;
          else if (ch > "0" && ch <= "9")
            this.blockScalarIndent = Number(ch) - 1;
          else if (ch !== "-")
            break;
        }
        return yield* this.pushUntil((ch) => isEmpty(ch) || ch === "#");
      }
      *parseBlockScalar() {
        let nl = this.pos - 1;
        let indent = 0;
        let ch;
        loop: for (let i2 = this.pos; ch = this.buffer[i2]; ++i2) {
          switch (ch) {
            case " ":
              indent += 1;
              break;
            case "\n":
              nl = i2;
              indent = 0;
              break;
            case "\r": {
              const next = this.buffer[i2 + 1];
              if (!next && !this.atEnd)
                return this.setNext("block-scalar");
              if (next === "\n")
                break;
            }
            // fallthrough
            default:
              break loop;
          }
        }
        if (!ch && !this.atEnd)
          return this.setNext("block-scalar");
        if (indent >= this.indentNext) {
          if (this.blockScalarIndent === -1)
            this.indentNext = indent;
          else {
            this.indentNext = this.blockScalarIndent + (this.indentNext === 0 ? 1 : this.indentNext);
          }
          do {
            const cs = this.continueScalar(nl + 1);
            if (cs === -1)
              break;
            nl = this.buffer.indexOf("\n", cs);
          } while (nl !== -1);
          if (nl === -1) {
            if (!this.atEnd)
              return this.setNext("block-scalar");
            nl = this.buffer.length;
          }
        }
        let i = nl + 1;
        ch = this.buffer[i];
        while (ch === " ")
          ch = this.buffer[++i];
        if (ch === "	") {
          while (ch === "	" || ch === " " || ch === "\r" || ch === "\n")
            ch = this.buffer[++i];
          nl = i - 1;
        } else if (!this.blockScalarKeep) {
          do {
            let i2 = nl - 1;
            let ch2 = this.buffer[i2];
            if (ch2 === "\r")
              ch2 = this.buffer[--i2];
            const lastChar = i2;
            while (ch2 === " ")
              ch2 = this.buffer[--i2];
            if (ch2 === "\n" && i2 >= this.pos && i2 + 1 + indent > lastChar)
              nl = i2;
            else
              break;
          } while (true);
        }
        yield cst.SCALAR;
        yield* this.pushToIndex(nl + 1, true);
        return yield* this.parseLineStart();
      }
      *parsePlainScalar() {
        const inFlow = this.flowLevel > 0;
        let end = this.pos - 1;
        let i = this.pos - 1;
        let ch;
        while (ch = this.buffer[++i]) {
          if (ch === ":") {
            const next = this.buffer[i + 1];
            if (isEmpty(next) || inFlow && flowIndicatorChars.has(next))
              break;
            end = i;
          } else if (isEmpty(ch)) {
            let next = this.buffer[i + 1];
            if (ch === "\r") {
              if (next === "\n") {
                i += 1;
                ch = "\n";
                next = this.buffer[i + 1];
              } else
                end = i;
            }
            if (next === "#" || inFlow && flowIndicatorChars.has(next))
              break;
            if (ch === "\n") {
              const cs = this.continueScalar(i + 1);
              if (cs === -1)
                break;
              i = Math.max(i, cs - 2);
            }
          } else {
            if (inFlow && flowIndicatorChars.has(ch))
              break;
            end = i;
          }
        }
        if (!ch && !this.atEnd)
          return this.setNext("plain-scalar");
        yield cst.SCALAR;
        yield* this.pushToIndex(end + 1, true);
        return inFlow ? "flow" : "doc";
      }
      *pushCount(n) {
        if (n > 0) {
          yield this.buffer.substr(this.pos, n);
          this.pos += n;
          return n;
        }
        return 0;
      }
      *pushToIndex(i, allowEmpty) {
        const s = this.buffer.slice(this.pos, i);
        if (s) {
          yield s;
          this.pos += s.length;
          return s.length;
        } else if (allowEmpty)
          yield "";
        return 0;
      }
      *pushIndicators() {
        let n = 0;
        loop: while (true) {
          switch (this.charAt(0)) {
            case "!":
              n += yield* this.pushTag();
              n += yield* this.pushSpaces(true);
              continue loop;
            case "&":
              n += yield* this.pushUntil(isNotAnchorChar);
              n += yield* this.pushSpaces(true);
              continue loop;
            case "-":
            // this is an error
            case "?":
            // this is an error outside flow collections
            case ":": {
              const inFlow = this.flowLevel > 0;
              const ch1 = this.charAt(1);
              if (isEmpty(ch1) || inFlow && flowIndicatorChars.has(ch1)) {
                if (!inFlow)
                  this.indentNext = this.indentValue + 1;
                else if (this.flowKey)
                  this.flowKey = false;
                n += yield* this.pushCount(1);
                n += yield* this.pushSpaces(true);
                continue loop;
              }
            }
          }
          break loop;
        }
        return n;
      }
      *pushTag() {
        if (this.charAt(1) === "<") {
          let i = this.pos + 2;
          let ch = this.buffer[i];
          while (!isEmpty(ch) && ch !== ">")
            ch = this.buffer[++i];
          return yield* this.pushToIndex(ch === ">" ? i + 1 : i, false);
        } else {
          let i = this.pos + 1;
          let ch = this.buffer[i];
          while (ch) {
            if (tagChars.has(ch))
              ch = this.buffer[++i];
            else if (ch === "%" && hexDigits.has(this.buffer[i + 1]) && hexDigits.has(this.buffer[i + 2])) {
              ch = this.buffer[i += 3];
            } else
              break;
          }
          return yield* this.pushToIndex(i, false);
        }
      }
      *pushNewline() {
        const ch = this.buffer[this.pos];
        if (ch === "\n")
          return yield* this.pushCount(1);
        else if (ch === "\r" && this.charAt(1) === "\n")
          return yield* this.pushCount(2);
        else
          return 0;
      }
      *pushSpaces(allowTabs) {
        let i = this.pos - 1;
        let ch;
        do {
          ch = this.buffer[++i];
        } while (ch === " " || allowTabs && ch === "	");
        const n = i - this.pos;
        if (n > 0) {
          yield this.buffer.substr(this.pos, n);
          this.pos = i;
        }
        return n;
      }
      *pushUntil(test) {
        let i = this.pos;
        let ch = this.buffer[i];
        while (!test(ch))
          ch = this.buffer[++i];
        return yield* this.pushToIndex(i, false);
      }
    };
    exports2.Lexer = Lexer3;
  }
});

// node_modules/yaml/dist/parse/line-counter.js
var require_line_counter = __commonJS({
  "node_modules/yaml/dist/parse/line-counter.js"(exports2) {
    "use strict";
    var LineCounter = class {
      constructor() {
        this.lineStarts = [];
        this.addNewLine = (offset) => this.lineStarts.push(offset);
        this.linePos = (offset) => {
          let low = 0;
          let high = this.lineStarts.length;
          while (low < high) {
            const mid = low + high >> 1;
            if (this.lineStarts[mid] < offset)
              low = mid + 1;
            else
              high = mid;
          }
          if (this.lineStarts[low] === offset)
            return { line: low + 1, col: 1 };
          if (low === 0)
            return { line: 0, col: offset };
          const start = this.lineStarts[low - 1];
          return { line: low, col: offset - start + 1 };
        };
      }
    };
    exports2.LineCounter = LineCounter;
  }
});

// node_modules/yaml/dist/parse/parser.js
var require_parser = __commonJS({
  "node_modules/yaml/dist/parse/parser.js"(exports2) {
    "use strict";
    var node_process = require("process");
    var cst = require_cst();
    var lexer = require_lexer();
    function includesToken(list, type) {
      for (let i = 0; i < list.length; ++i)
        if (list[i].type === type)
          return true;
      return false;
    }
    function findNonEmptyIndex(list) {
      for (let i = 0; i < list.length; ++i) {
        switch (list[i].type) {
          case "space":
          case "comment":
          case "newline":
            break;
          default:
            return i;
        }
      }
      return -1;
    }
    function isFlowToken(token) {
      switch (token?.type) {
        case "alias":
        case "scalar":
        case "single-quoted-scalar":
        case "double-quoted-scalar":
        case "flow-collection":
          return true;
        default:
          return false;
      }
    }
    function getPrevProps(parent) {
      switch (parent.type) {
        case "document":
          return parent.start;
        case "block-map": {
          const it = parent.items[parent.items.length - 1];
          return it.sep ?? it.start;
        }
        case "block-seq":
          return parent.items[parent.items.length - 1].start;
        /* istanbul ignore next should not happen */
        default:
          return [];
      }
    }
    function getFirstKeyStartProps(prev) {
      if (prev.length === 0)
        return [];
      let i = prev.length;
      loop: while (--i >= 0) {
        switch (prev[i].type) {
          case "doc-start":
          case "explicit-key-ind":
          case "map-value-ind":
          case "seq-item-ind":
          case "newline":
            break loop;
        }
      }
      while (prev[++i]?.type === "space") {
      }
      return prev.splice(i, prev.length);
    }
    function arrayPushArray(target, source) {
      if (source.length < 1e5)
        Array.prototype.push.apply(target, source);
      else
        for (let i = 0; i < source.length; ++i)
          target.push(source[i]);
    }
    function fixFlowSeqItems(fc) {
      if (fc.start.type === "flow-seq-start") {
        for (const it of fc.items) {
          if (it.sep && !it.value && !includesToken(it.start, "explicit-key-ind") && !includesToken(it.sep, "map-value-ind")) {
            if (it.key)
              it.value = it.key;
            delete it.key;
            if (isFlowToken(it.value)) {
              if (it.value.end)
                arrayPushArray(it.value.end, it.sep);
              else
                it.value.end = it.sep;
            } else
              arrayPushArray(it.start, it.sep);
            delete it.sep;
          }
        }
      }
    }
    var Parser = class {
      /**
       * @param onNewLine - If defined, called separately with the start position of
       *   each new line (in `parse()`, including the start of input).
       */
      constructor(onNewLine) {
        this.atNewLine = true;
        this.atScalar = false;
        this.indent = 0;
        this.offset = 0;
        this.onKeyLine = false;
        this.stack = [];
        this.source = "";
        this.type = "";
        this.lexer = new lexer.Lexer();
        this.onNewLine = onNewLine;
      }
      /**
       * Parse `source` as a YAML stream.
       * If `incomplete`, a part of the last line may be left as a buffer for the next call.
       *
       * Errors are not thrown, but yielded as `{ type: 'error', message }` tokens.
       *
       * @returns A generator of tokens representing each directive, document, and other structure.
       */
      *parse(source, incomplete = false) {
        if (this.onNewLine && this.offset === 0)
          this.onNewLine(0);
        for (const lexeme of this.lexer.lex(source, incomplete))
          yield* this.next(lexeme);
        if (!incomplete)
          yield* this.end();
      }
      /**
       * Advance the parser by the `source` of one lexical token.
       */
      *next(source) {
        this.source = source;
        if (node_process.env.LOG_TOKENS)
          console.log("|", cst.prettyToken(source));
        if (this.atScalar) {
          this.atScalar = false;
          yield* this.step();
          this.offset += source.length;
          return;
        }
        const type = cst.tokenType(source);
        if (!type) {
          const message = `Not a YAML token: ${source}`;
          yield* this.pop({ type: "error", offset: this.offset, message, source });
          this.offset += source.length;
        } else if (type === "scalar") {
          this.atNewLine = false;
          this.atScalar = true;
          this.type = "scalar";
        } else {
          this.type = type;
          yield* this.step();
          switch (type) {
            case "newline":
              this.atNewLine = true;
              this.indent = 0;
              if (this.onNewLine)
                this.onNewLine(this.offset + source.length);
              break;
            case "space":
              if (this.atNewLine && source[0] === " ")
                this.indent += source.length;
              break;
            case "explicit-key-ind":
            case "map-value-ind":
            case "seq-item-ind":
              if (this.atNewLine)
                this.indent += source.length;
              break;
            case "doc-mode":
            case "flow-error-end":
              return;
            default:
              this.atNewLine = false;
          }
          this.offset += source.length;
        }
      }
      /** Call at end of input to push out any remaining constructions */
      *end() {
        while (this.stack.length > 0)
          yield* this.pop();
      }
      get sourceToken() {
        const st = {
          type: this.type,
          offset: this.offset,
          indent: this.indent,
          source: this.source
        };
        return st;
      }
      *step() {
        const top = this.peek(1);
        if (this.type === "doc-end" && top?.type !== "doc-end") {
          while (this.stack.length > 0)
            yield* this.pop();
          this.stack.push({
            type: "doc-end",
            offset: this.offset,
            source: this.source
          });
          return;
        }
        if (!top)
          return yield* this.stream();
        switch (top.type) {
          case "document":
            return yield* this.document(top);
          case "alias":
          case "scalar":
          case "single-quoted-scalar":
          case "double-quoted-scalar":
            return yield* this.scalar(top);
          case "block-scalar":
            return yield* this.blockScalar(top);
          case "block-map":
            return yield* this.blockMap(top);
          case "block-seq":
            return yield* this.blockSequence(top);
          case "flow-collection":
            return yield* this.flowCollection(top);
          case "doc-end":
            return yield* this.documentEnd(top);
        }
        yield* this.pop();
      }
      peek(n) {
        return this.stack[this.stack.length - n];
      }
      *pop(error) {
        const token = error ?? this.stack.pop();
        if (!token) {
          const message = "Tried to pop an empty stack";
          yield { type: "error", offset: this.offset, source: "", message };
        } else if (this.stack.length === 0) {
          yield token;
        } else {
          const top = this.peek(1);
          if (token.type === "block-scalar") {
            token.indent = "indent" in top ? top.indent : 0;
          } else if (token.type === "flow-collection" && top.type === "document") {
            token.indent = 0;
          }
          if (token.type === "flow-collection")
            fixFlowSeqItems(token);
          switch (top.type) {
            case "document":
              top.value = token;
              break;
            case "block-scalar":
              top.props.push(token);
              break;
            case "block-map": {
              const it = top.items[top.items.length - 1];
              if (it.value) {
                top.items.push({ start: [], key: token, sep: [] });
                this.onKeyLine = true;
                return;
              } else if (it.sep) {
                it.value = token;
              } else {
                Object.assign(it, { key: token, sep: [] });
                this.onKeyLine = !it.explicitKey;
                return;
              }
              break;
            }
            case "block-seq": {
              const it = top.items[top.items.length - 1];
              if (it.value)
                top.items.push({ start: [], value: token });
              else
                it.value = token;
              break;
            }
            case "flow-collection": {
              const it = top.items[top.items.length - 1];
              if (!it || it.value)
                top.items.push({ start: [], key: token, sep: [] });
              else if (it.sep)
                it.value = token;
              else
                Object.assign(it, { key: token, sep: [] });
              return;
            }
            /* istanbul ignore next should not happen */
            default:
              yield* this.pop();
              yield* this.pop(token);
          }
          if ((top.type === "document" || top.type === "block-map" || top.type === "block-seq") && (token.type === "block-map" || token.type === "block-seq")) {
            const last = token.items[token.items.length - 1];
            if (last && !last.sep && !last.value && last.start.length > 0 && findNonEmptyIndex(last.start) === -1 && (token.indent === 0 || last.start.every((st) => st.type !== "comment" || st.indent < token.indent))) {
              if (top.type === "document")
                top.end = last.start;
              else
                top.items.push({ start: last.start });
              token.items.splice(-1, 1);
            }
          }
        }
      }
      *stream() {
        switch (this.type) {
          case "directive-line":
            yield { type: "directive", offset: this.offset, source: this.source };
            return;
          case "byte-order-mark":
          case "space":
          case "comment":
          case "newline":
            yield this.sourceToken;
            return;
          case "doc-mode":
          case "doc-start": {
            const doc = {
              type: "document",
              offset: this.offset,
              start: []
            };
            if (this.type === "doc-start")
              doc.start.push(this.sourceToken);
            this.stack.push(doc);
            return;
          }
        }
        yield {
          type: "error",
          offset: this.offset,
          message: `Unexpected ${this.type} token in YAML stream`,
          source: this.source
        };
      }
      *document(doc) {
        if (doc.value)
          return yield* this.lineEnd(doc);
        switch (this.type) {
          case "doc-start": {
            if (findNonEmptyIndex(doc.start) !== -1) {
              yield* this.pop();
              yield* this.step();
            } else
              doc.start.push(this.sourceToken);
            return;
          }
          case "anchor":
          case "tag":
          case "space":
          case "comment":
          case "newline":
            doc.start.push(this.sourceToken);
            return;
        }
        const bv = this.startBlockValue(doc);
        if (bv)
          this.stack.push(bv);
        else {
          yield {
            type: "error",
            offset: this.offset,
            message: `Unexpected ${this.type} token in YAML document`,
            source: this.source
          };
        }
      }
      *scalar(scalar) {
        if (this.type === "map-value-ind") {
          const prev = getPrevProps(this.peek(2));
          const start = getFirstKeyStartProps(prev);
          let sep;
          if (scalar.end) {
            sep = scalar.end;
            sep.push(this.sourceToken);
            delete scalar.end;
          } else
            sep = [this.sourceToken];
          const map = {
            type: "block-map",
            offset: scalar.offset,
            indent: scalar.indent,
            items: [{ start, key: scalar, sep }]
          };
          this.onKeyLine = true;
          this.stack[this.stack.length - 1] = map;
        } else
          yield* this.lineEnd(scalar);
      }
      *blockScalar(scalar) {
        switch (this.type) {
          case "space":
          case "comment":
          case "newline":
            scalar.props.push(this.sourceToken);
            return;
          case "scalar":
            scalar.source = this.source;
            this.atNewLine = true;
            this.indent = 0;
            if (this.onNewLine) {
              let nl = this.source.indexOf("\n") + 1;
              while (nl !== 0) {
                this.onNewLine(this.offset + nl);
                nl = this.source.indexOf("\n", nl) + 1;
              }
            }
            yield* this.pop();
            break;
          /* istanbul ignore next should not happen */
          default:
            yield* this.pop();
            yield* this.step();
        }
      }
      *blockMap(map) {
        const it = map.items[map.items.length - 1];
        switch (this.type) {
          case "newline":
            this.onKeyLine = false;
            if (it.value) {
              const end = "end" in it.value ? it.value.end : void 0;
              const last = Array.isArray(end) ? end[end.length - 1] : void 0;
              if (last?.type === "comment")
                end?.push(this.sourceToken);
              else
                map.items.push({ start: [this.sourceToken] });
            } else if (it.sep) {
              it.sep.push(this.sourceToken);
            } else {
              it.start.push(this.sourceToken);
            }
            return;
          case "space":
          case "comment":
            if (it.value) {
              map.items.push({ start: [this.sourceToken] });
            } else if (it.sep) {
              it.sep.push(this.sourceToken);
            } else {
              if (this.atIndentedComment(it.start, map.indent)) {
                const prev = map.items[map.items.length - 2];
                const end = prev?.value?.end;
                if (Array.isArray(end)) {
                  arrayPushArray(end, it.start);
                  end.push(this.sourceToken);
                  map.items.pop();
                  return;
                }
              }
              it.start.push(this.sourceToken);
            }
            return;
        }
        if (this.indent >= map.indent) {
          const atMapIndent = !this.onKeyLine && this.indent === map.indent;
          const atNextItem = atMapIndent && (it.sep || it.explicitKey) && this.type !== "seq-item-ind";
          let start = [];
          if (atNextItem && it.sep && !it.value) {
            const nl = [];
            for (let i = 0; i < it.sep.length; ++i) {
              const st = it.sep[i];
              switch (st.type) {
                case "newline":
                  nl.push(i);
                  break;
                case "space":
                  break;
                case "comment":
                  if (st.indent > map.indent)
                    nl.length = 0;
                  break;
                default:
                  nl.length = 0;
              }
            }
            if (nl.length >= 2)
              start = it.sep.splice(nl[1]);
          }
          switch (this.type) {
            case "anchor":
            case "tag":
              if (atNextItem || it.value) {
                start.push(this.sourceToken);
                map.items.push({ start });
                this.onKeyLine = true;
              } else if (it.sep) {
                it.sep.push(this.sourceToken);
              } else {
                it.start.push(this.sourceToken);
              }
              return;
            case "explicit-key-ind":
              if (!it.sep && !it.explicitKey) {
                it.start.push(this.sourceToken);
                it.explicitKey = true;
              } else if (atNextItem || it.value) {
                start.push(this.sourceToken);
                map.items.push({ start, explicitKey: true });
              } else {
                this.stack.push({
                  type: "block-map",
                  offset: this.offset,
                  indent: this.indent,
                  items: [{ start: [this.sourceToken], explicitKey: true }]
                });
              }
              this.onKeyLine = true;
              return;
            case "map-value-ind":
              if (it.explicitKey) {
                if (!it.sep) {
                  if (includesToken(it.start, "newline")) {
                    Object.assign(it, { key: null, sep: [this.sourceToken] });
                  } else {
                    const start2 = getFirstKeyStartProps(it.start);
                    this.stack.push({
                      type: "block-map",
                      offset: this.offset,
                      indent: this.indent,
                      items: [{ start: start2, key: null, sep: [this.sourceToken] }]
                    });
                  }
                } else if (it.value) {
                  map.items.push({ start: [], key: null, sep: [this.sourceToken] });
                } else if (includesToken(it.sep, "map-value-ind")) {
                  this.stack.push({
                    type: "block-map",
                    offset: this.offset,
                    indent: this.indent,
                    items: [{ start, key: null, sep: [this.sourceToken] }]
                  });
                } else if (isFlowToken(it.key) && !includesToken(it.sep, "newline")) {
                  const start2 = getFirstKeyStartProps(it.start);
                  const key = it.key;
                  const sep = it.sep;
                  sep.push(this.sourceToken);
                  delete it.key;
                  delete it.sep;
                  this.stack.push({
                    type: "block-map",
                    offset: this.offset,
                    indent: this.indent,
                    items: [{ start: start2, key, sep }]
                  });
                } else if (start.length > 0) {
                  it.sep = it.sep.concat(start, this.sourceToken);
                } else {
                  it.sep.push(this.sourceToken);
                }
              } else {
                if (!it.sep) {
                  Object.assign(it, { key: null, sep: [this.sourceToken] });
                } else if (it.value || atNextItem) {
                  map.items.push({ start, key: null, sep: [this.sourceToken] });
                } else if (includesToken(it.sep, "map-value-ind")) {
                  this.stack.push({
                    type: "block-map",
                    offset: this.offset,
                    indent: this.indent,
                    items: [{ start: [], key: null, sep: [this.sourceToken] }]
                  });
                } else {
                  it.sep.push(this.sourceToken);
                }
              }
              this.onKeyLine = true;
              return;
            case "alias":
            case "scalar":
            case "single-quoted-scalar":
            case "double-quoted-scalar": {
              const fs = this.flowScalar(this.type);
              if (atNextItem || it.value) {
                map.items.push({ start, key: fs, sep: [] });
                this.onKeyLine = true;
              } else if (it.sep) {
                this.stack.push(fs);
              } else {
                Object.assign(it, { key: fs, sep: [] });
                this.onKeyLine = true;
              }
              return;
            }
            default: {
              const bv = this.startBlockValue(map);
              if (bv) {
                if (bv.type === "block-seq") {
                  if (!it.explicitKey && it.sep && !includesToken(it.sep, "newline")) {
                    yield* this.pop({
                      type: "error",
                      offset: this.offset,
                      message: "Unexpected block-seq-ind on same line with key",
                      source: this.source
                    });
                    return;
                  }
                } else if (atMapIndent) {
                  map.items.push({ start });
                }
                this.stack.push(bv);
                return;
              }
            }
          }
        }
        yield* this.pop();
        yield* this.step();
      }
      *blockSequence(seq) {
        const it = seq.items[seq.items.length - 1];
        switch (this.type) {
          case "newline":
            if (it.value) {
              const end = "end" in it.value ? it.value.end : void 0;
              const last = Array.isArray(end) ? end[end.length - 1] : void 0;
              if (last?.type === "comment")
                end?.push(this.sourceToken);
              else
                seq.items.push({ start: [this.sourceToken] });
            } else
              it.start.push(this.sourceToken);
            return;
          case "space":
          case "comment":
            if (it.value)
              seq.items.push({ start: [this.sourceToken] });
            else {
              if (this.atIndentedComment(it.start, seq.indent)) {
                const prev = seq.items[seq.items.length - 2];
                const end = prev?.value?.end;
                if (Array.isArray(end)) {
                  arrayPushArray(end, it.start);
                  end.push(this.sourceToken);
                  seq.items.pop();
                  return;
                }
              }
              it.start.push(this.sourceToken);
            }
            return;
          case "anchor":
          case "tag":
            if (it.value || this.indent <= seq.indent)
              break;
            it.start.push(this.sourceToken);
            return;
          case "seq-item-ind":
            if (this.indent !== seq.indent)
              break;
            if (it.value || includesToken(it.start, "seq-item-ind"))
              seq.items.push({ start: [this.sourceToken] });
            else
              it.start.push(this.sourceToken);
            return;
        }
        if (this.indent > seq.indent) {
          const bv = this.startBlockValue(seq);
          if (bv) {
            this.stack.push(bv);
            return;
          }
        }
        yield* this.pop();
        yield* this.step();
      }
      *flowCollection(fc) {
        const it = fc.items[fc.items.length - 1];
        if (this.type === "flow-error-end") {
          let top;
          do {
            yield* this.pop();
            top = this.peek(1);
          } while (top?.type === "flow-collection");
        } else if (fc.end.length === 0) {
          switch (this.type) {
            case "comma":
            case "explicit-key-ind":
              if (!it || it.sep)
                fc.items.push({ start: [this.sourceToken] });
              else
                it.start.push(this.sourceToken);
              return;
            case "map-value-ind":
              if (!it || it.value)
                fc.items.push({ start: [], key: null, sep: [this.sourceToken] });
              else if (it.sep)
                it.sep.push(this.sourceToken);
              else
                Object.assign(it, { key: null, sep: [this.sourceToken] });
              return;
            case "space":
            case "comment":
            case "newline":
            case "anchor":
            case "tag":
              if (!it || it.value)
                fc.items.push({ start: [this.sourceToken] });
              else if (it.sep)
                it.sep.push(this.sourceToken);
              else
                it.start.push(this.sourceToken);
              return;
            case "alias":
            case "scalar":
            case "single-quoted-scalar":
            case "double-quoted-scalar": {
              const fs = this.flowScalar(this.type);
              if (!it || it.value)
                fc.items.push({ start: [], key: fs, sep: [] });
              else if (it.sep)
                this.stack.push(fs);
              else
                Object.assign(it, { key: fs, sep: [] });
              return;
            }
            case "flow-map-end":
            case "flow-seq-end":
              fc.end.push(this.sourceToken);
              return;
          }
          const bv = this.startBlockValue(fc);
          if (bv)
            this.stack.push(bv);
          else {
            yield* this.pop();
            yield* this.step();
          }
        } else {
          const parent = this.peek(2);
          if (parent.type === "block-map" && (this.type === "map-value-ind" && parent.indent === fc.indent || this.type === "newline" && !parent.items[parent.items.length - 1].sep)) {
            yield* this.pop();
            yield* this.step();
          } else if (this.type === "map-value-ind" && parent.type !== "flow-collection") {
            const prev = getPrevProps(parent);
            const start = getFirstKeyStartProps(prev);
            fixFlowSeqItems(fc);
            const sep = fc.end.splice(1, fc.end.length);
            sep.push(this.sourceToken);
            const map = {
              type: "block-map",
              offset: fc.offset,
              indent: fc.indent,
              items: [{ start, key: fc, sep }]
            };
            this.onKeyLine = true;
            this.stack[this.stack.length - 1] = map;
          } else {
            yield* this.lineEnd(fc);
          }
        }
      }
      flowScalar(type) {
        if (this.onNewLine) {
          let nl = this.source.indexOf("\n") + 1;
          while (nl !== 0) {
            this.onNewLine(this.offset + nl);
            nl = this.source.indexOf("\n", nl) + 1;
          }
        }
        return {
          type,
          offset: this.offset,
          indent: this.indent,
          source: this.source
        };
      }
      startBlockValue(parent) {
        switch (this.type) {
          case "alias":
          case "scalar":
          case "single-quoted-scalar":
          case "double-quoted-scalar":
            return this.flowScalar(this.type);
          case "block-scalar-header":
            return {
              type: "block-scalar",
              offset: this.offset,
              indent: this.indent,
              props: [this.sourceToken],
              source: ""
            };
          case "flow-map-start":
          case "flow-seq-start":
            return {
              type: "flow-collection",
              offset: this.offset,
              indent: this.indent,
              start: this.sourceToken,
              items: [],
              end: []
            };
          case "seq-item-ind":
            return {
              type: "block-seq",
              offset: this.offset,
              indent: this.indent,
              items: [{ start: [this.sourceToken] }]
            };
          case "explicit-key-ind": {
            this.onKeyLine = true;
            const prev = getPrevProps(parent);
            const start = getFirstKeyStartProps(prev);
            start.push(this.sourceToken);
            return {
              type: "block-map",
              offset: this.offset,
              indent: this.indent,
              items: [{ start, explicitKey: true }]
            };
          }
          case "map-value-ind": {
            this.onKeyLine = true;
            const prev = getPrevProps(parent);
            const start = getFirstKeyStartProps(prev);
            return {
              type: "block-map",
              offset: this.offset,
              indent: this.indent,
              items: [{ start, key: null, sep: [this.sourceToken] }]
            };
          }
        }
        return null;
      }
      atIndentedComment(start, indent) {
        if (this.type !== "comment")
          return false;
        if (this.indent <= indent)
          return false;
        return start.every((st) => st.type === "newline" || st.type === "space");
      }
      *documentEnd(docEnd) {
        if (this.type !== "doc-mode") {
          if (docEnd.end)
            docEnd.end.push(this.sourceToken);
          else
            docEnd.end = [this.sourceToken];
          if (this.type === "newline")
            yield* this.pop();
        }
      }
      *lineEnd(token) {
        switch (this.type) {
          case "comma":
          case "doc-start":
          case "doc-end":
          case "flow-seq-end":
          case "flow-map-end":
          case "map-value-ind":
            yield* this.pop();
            yield* this.step();
            break;
          case "newline":
            this.onKeyLine = false;
          // fallthrough
          case "space":
          case "comment":
          default:
            if (token.end)
              token.end.push(this.sourceToken);
            else
              token.end = [this.sourceToken];
            if (this.type === "newline")
              yield* this.pop();
        }
      }
    };
    exports2.Parser = Parser;
  }
});

// node_modules/yaml/dist/public-api.js
var require_public_api = __commonJS({
  "node_modules/yaml/dist/public-api.js"(exports2) {
    "use strict";
    var composer = require_composer();
    var Document2 = require_Document();
    var errors = require_errors();
    var log = require_log();
    var identity = require_identity();
    var lineCounter = require_line_counter();
    var parser = require_parser();
    function parseOptions(options) {
      const prettyErrors = options.prettyErrors !== false;
      const lineCounter$1 = options.lineCounter || prettyErrors && new lineCounter.LineCounter() || null;
      return { lineCounter: lineCounter$1, prettyErrors };
    }
    function parseAllDocuments(source, options = {}) {
      const { lineCounter: lineCounter2, prettyErrors } = parseOptions(options);
      const parser$1 = new parser.Parser(lineCounter2?.addNewLine);
      const composer$1 = new composer.Composer(options);
      const docs = Array.from(composer$1.compose(parser$1.parse(source)));
      if (prettyErrors && lineCounter2)
        for (const doc of docs) {
          doc.errors.forEach(errors.prettifyError(source, lineCounter2));
          doc.warnings.forEach(errors.prettifyError(source, lineCounter2));
        }
      if (docs.length > 0)
        return docs;
      return Object.assign([], { empty: true }, composer$1.streamInfo());
    }
    function parseDocument3(source, options = {}) {
      const { lineCounter: lineCounter2, prettyErrors } = parseOptions(options);
      const parser$1 = new parser.Parser(lineCounter2?.addNewLine);
      const composer$1 = new composer.Composer(options);
      let doc = null;
      for (const _doc of composer$1.compose(parser$1.parse(source), true, source.length)) {
        if (!doc)
          doc = _doc;
        else if (doc.options.logLevel !== "silent") {
          doc.errors.push(new errors.YAMLParseError(_doc.range.slice(0, 2), "MULTIPLE_DOCS", "Source contains multiple documents; please use YAML.parseAllDocuments()"));
          break;
        }
      }
      if (prettyErrors && lineCounter2) {
        doc.errors.forEach(errors.prettifyError(source, lineCounter2));
        doc.warnings.forEach(errors.prettifyError(source, lineCounter2));
      }
      return doc;
    }
    function parse2(src, reviver, options) {
      let _reviver = void 0;
      if (typeof reviver === "function") {
        _reviver = reviver;
      } else if (options === void 0 && reviver && typeof reviver === "object") {
        options = reviver;
      }
      const doc = parseDocument3(src, options);
      if (!doc)
        return null;
      doc.warnings.forEach((warning) => log.warn(doc.options.logLevel, warning));
      if (doc.errors.length > 0) {
        if (doc.options.logLevel !== "silent")
          throw doc.errors[0];
        else
          doc.errors = [];
      }
      return doc.toJS(Object.assign({ reviver: _reviver }, options));
    }
    function stringify2(value, replacer, options) {
      let _replacer = null;
      if (typeof replacer === "function" || Array.isArray(replacer)) {
        _replacer = replacer;
      } else if (options === void 0 && replacer) {
        options = replacer;
      }
      if (typeof options === "string")
        options = options.length;
      if (typeof options === "number") {
        const indent = Math.round(options);
        options = indent < 1 ? void 0 : indent > 8 ? { indent: 8 } : { indent };
      }
      if (value === void 0) {
        const { keepUndefined } = options ?? replacer ?? {};
        if (!keepUndefined)
          return void 0;
      }
      if (identity.isDocument(value) && !_replacer)
        return value.toString(options);
      return new Document2.Document(value, _replacer, options).toString(options);
    }
    exports2.parse = parse2;
    exports2.parseAllDocuments = parseAllDocuments;
    exports2.parseDocument = parseDocument3;
    exports2.stringify = stringify2;
  }
});

// node_modules/yaml/dist/index.js
var require_dist = __commonJS({
  "node_modules/yaml/dist/index.js"(exports2) {
    "use strict";
    var composer = require_composer();
    var Document2 = require_Document();
    var Schema = require_Schema();
    var errors = require_errors();
    var Alias = require_Alias();
    var identity = require_identity();
    var Pair = require_Pair();
    var Scalar3 = require_Scalar();
    var YAMLMap2 = require_YAMLMap();
    var YAMLSeq = require_YAMLSeq();
    var cst = require_cst();
    var lexer = require_lexer();
    var lineCounter = require_line_counter();
    var parser = require_parser();
    var publicApi = require_public_api();
    var visit3 = require_visit();
    exports2.Composer = composer.Composer;
    exports2.Document = Document2.Document;
    exports2.Schema = Schema.Schema;
    exports2.YAMLError = errors.YAMLError;
    exports2.YAMLParseError = errors.YAMLParseError;
    exports2.YAMLWarning = errors.YAMLWarning;
    exports2.Alias = Alias.Alias;
    exports2.isAlias = identity.isAlias;
    exports2.isCollection = identity.isCollection;
    exports2.isDocument = identity.isDocument;
    exports2.isMap = identity.isMap;
    exports2.isNode = identity.isNode;
    exports2.isPair = identity.isPair;
    exports2.isScalar = identity.isScalar;
    exports2.isSeq = identity.isSeq;
    exports2.Pair = Pair.Pair;
    exports2.Scalar = Scalar3.Scalar;
    exports2.YAMLMap = YAMLMap2.YAMLMap;
    exports2.YAMLSeq = YAMLSeq.YAMLSeq;
    exports2.CST = cst;
    exports2.Lexer = lexer.Lexer;
    exports2.LineCounter = lineCounter.LineCounter;
    exports2.Parser = parser.Parser;
    exports2.parse = publicApi.parse;
    exports2.parseAllDocuments = publicApi.parseAllDocuments;
    exports2.parseDocument = publicApi.parseDocument;
    exports2.stringify = publicApi.stringify;
    exports2.visit = visit3.visit;
    exports2.visitAsync = visit3.visitAsync;
  }
});

// src/clients/http.ts
var import_node_http3 = require("node:http");
var import_promises = require("node:timers/promises");

// src/text.ts
var COMMAND = "./sophia-secrets";
function counted(count, one, many = `${one}s`) {
  return `${count} ${count === 1 ? one : many}`;
}
var UNSEEN = /[\p{C}\p{Zl}\p{Zp}]+/gu;
function visible(text) {
  return text.replace(
    UNSEEN,
    (run) => Array.from({ length: run.length }, (_, at) => escaped(run.charCodeAt(at))).join("")
  );
}
function escaped(unit) {
  return `\\u${unit.toString(16).padStart(4, "0")}`;
}
var LISTED = 6;
function namesIn(names2) {
  const rest = names2.length > LISTED ? ` and ${names2.length - LISTED} more` : "";
  return `${names2.slice(0, LISTED).join(", ")}${rest}`;
}

// src/errors.ts
var RemedyError = class extends Error {
  constructor(problem, { problems = [], ...options } = {}) {
    super([oneLine(problem), ...problems.map((each) => `  - ${oneLine(each)}`)].join("\n"), options);
    this.problem = problem;
    this.name = new.target.name;
    this.problems = problems;
  }
  problem;
  problems;
};
function oneLine({ subject, cause, remedy }) {
  return `${subject}: ${cause}. Remedy: ${remedy}`;
}
var TokenError = class extends RemedyError {
};

// src/clients/connections.ts
var import_node_fs = require("node:fs");
var import_node_http2 = require("node:http");

// src/clients/proxy.ts
var import_node_net = require("node:net");

// src/addresses.ts
function unfitAddress(text, { mayHavePath = false } = {}) {
  const url = URL.canParse(text) && !/\s/.test(text) ? new URL(text) : void 0;
  if (url?.protocol !== "https:" && url?.protocol !== "http:") return "must be an http(s) address";
  const hasPath = url.pathname !== "/" && !mayHavePath;
  if (hasPath || /[?#]/.test(text) || `${url.username}${url.password}` !== "")
    return `must have no ${mayHavePath ? "" : "path, "}query or user name`;
  if (url.protocol === "http:" && !isThisMachine(url.hostname))
    return "must be https: over http everybody on the way could read the token. Only this machine's own may be http";
  return void 0;
}
function isThisMachine(hostname) {
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

// src/secret.ts
var import_node_util = require("node:util");
var SHOWN = "[secret]";
var Secret = class {
  #value;
  constructor(value) {
    this.#value = value;
  }
  /** The value itself. Call it where the value is used, not where it is passed on. */
  unwrap() {
    return this.#value;
  }
  /** UTF-8 bytes, for limits that are in bytes. */
  get bytes() {
    return Buffer.byteLength(this.#value, "utf8");
  }
  toString() {
    return SHOWN;
  }
  toJSON() {
    return SHOWN;
  }
  [Symbol.toPrimitive]() {
    return SHOWN;
  }
  [import_node_util.inspect.custom]() {
    return SHOWN;
  }
};

// src/clients/proxy.ts
function proxyFor(target, env) {
  if (isThisMachine(target.hostname)) return void 0;
  const name = target.protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY";
  const variable = [name, name.toLowerCase()].find((each) => (env[each] ?? "").trim() !== "");
  if (variable === void 0 || isDirect(target, env.NO_PROXY || env.no_proxy || "")) return void 0;
  return readProxy(variable, (env[variable] ?? "").trim());
}
function readProxy(variable, text) {
  const address = text.includes("://") ? text : `http://${text}`;
  const url = URL.canParse(address) && !/\s/.test(address) ? new URL(address) : void 0;
  if (url === void 0 || !/^https?:$/.test(url.protocol))
    throw unfit(variable, "is not the http(s) address of a proxy");
  if (url.pathname !== "/" || /[?#]/.test(address))
    throw unfit(variable, "has more than user name, password, host and port");
  const authorization = loginOf(variable, url);
  url.username = url.password = "";
  return { url, variable, ...authorization === void 0 ? {} : { authorization } };
}
function loginOf(variable, { username, password }) {
  if (username === "" && password === "") return void 0;
  try {
    const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    return new Secret(`Basic ${Buffer.from(login).toString("base64")}`);
  } catch {
  }
  throw unfit(variable, "has a % in its user name or password that begins no percent-encoding");
}
function unfit(variable, cause) {
  return new RemedyError({
    code: "address-invalid",
    subject: variable,
    cause,
    remedy: `set it to http://HOST:PORT or http://USER:PASSWORD@HOST:PORT, with special characters percent-encoded (@ is %40)`
  });
}
function isDirect(target, list) {
  const host = target.hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
  const port = target.port || (target.protocol === "https:" ? "443" : "80");
  return list.toLowerCase().split(/[\s,]+/).some((entry2) => names(entry2, host, port));
}
function names(entry2, host, port) {
  if (entry2 === "*") return true;
  const [, inBrackets, name = "", only] = ((0, import_node_net.isIPv6)(entry2) ? [entry2, void 0, entry2] : /^(?:\[(.*)\]|([^:]*))(?::(\d+))?$/.exec(entry2)) ?? [];
  if (only !== void 0 && only !== port) return false;
  const plain = (inBrackets ?? name).replace(/^\*?\./, "").replace(/\.$/, "");
  if (entry2.includes("/")) return isInNetwork(host, entry2);
  if ((0, import_node_net.isIP)(plain) !== 0) return isInNetwork(host, plain);
  return plain !== "" && (host === plain || (0, import_node_net.isIP)(host) === 0 && host.endsWith(`.${plain}`));
}
function isInNetwork(host, network) {
  const [address = "", prefix = (0, import_node_net.isIPv6)(address) ? "128" : "32"] = network.split("/");
  if ((0, import_node_net.isIP)(host) === 0 || (0, import_node_net.isIP)(address) === 0 || !/^\d{1,3}$/.test(prefix)) return false;
  try {
    const list = new import_node_net.BlockList();
    list.addSubnet(address, Number(prefix), (0, import_node_net.isIPv6)(address) ? "ipv6" : "ipv4");
    return list.check(host, (0, import_node_net.isIPv6)(host) ? "ipv6" : "ipv4");
  } catch {
    return false;
  }
}

// src/clients/tunnel-agent.ts
var import_node_http = require("node:http");
var import_node_net2 = require("node:net");
var TunnelRefusedError = class extends Error {
  constructor(status) {
    super(`the proxy answered ${status}`);
    this.status = status;
  }
  status;
};
var ProxyLostError = class extends Error {
};
function createTunnelAgent(proxy, secureContext) {
  const { Agent: HttpsAgent, request: httpsRequest } = process.getBuiltinModule("node:https");
  class TunnelAgent extends HttpsAgent {
    createConnection(options, done) {
      const { url, authorization } = proxy;
      const host = `${options.host ?? ""}`;
      const target = `${(0, import_node_net2.isIPv6)(host) ? `[${host}]` : host}:${options.port ?? 443}`;
      const open = url.protocol === "https:" ? httpsRequest : import_node_http.request;
      const request = open(url, {
        method: "CONNECT",
        path: target,
        headers: {
          host: target,
          ...authorization === void 0 ? {} : { "proxy-authorization": authorization.unwrap() }
        },
        agent: false,
        ...secureContext === void 0 ? {} : { secureContext }
      });
      const end = () => request.destroy(Object.assign(new Error("no answer in time"), { code: "ABORT_ERR" }));
      options.tunnelEnds?.addEventListener("abort", end, { once: true });
      const settle = (error, socket) => {
        options.tunnelEnds?.removeEventListener("abort", end);
        done(error, socket);
      };
      request.once("connect", (answer, socket) => {
        const status = answer.statusCode ?? 0;
        if (status >= 200 && status < 300) {
          const given = { ...options, socket };
          return settle(null, super.createConnection(given) ?? void 0);
        }
        socket.destroy();
        settle(new TunnelRefusedError(status));
      });
      request.once("error", (cause) => settle(new ProxyLostError("no answer", { cause })));
      request.end();
      return void 0;
    }
  }
  return new TunnelAgent({ keepAlive: true, ...secureContext && { secureContext } });
}

// src/clients/connections.ts
var PLAIN = new import_node_http2.Agent({ keepAlive: true });
var AGENTS = /* @__PURE__ */ new Map();
function wayTo(url, env, ends) {
  const proxy = proxyFor(url, env);
  if (url.protocol === "https:") {
    const agent = agentFor(proxy, env);
    return { proxy, isSecure: true, options: proxy === void 0 ? { agent } : { agent, tunnelEnds: ends } };
  }
  if (proxy === void 0) return { proxy, isSecure: false, options: { agent: PLAIN } };
  const { protocol, port } = proxy.url;
  const isSecure = protocol === "https:";
  const options = {
    agent: isSecure ? agentFor(void 0, env) : PLAIN,
    protocol,
    hostname: proxy.url.hostname.replace(/^\[|\]$/g, ""),
    port: port || (isSecure ? 443 : 80),
    path: url.href,
    headers: {
      host: url.host,
      ...proxy.authorization && { "proxy-authorization": proxy.authorization.unwrap() }
    }
  };
  return { proxy, isSecure, options };
}
function agentFor(proxy, env) {
  const file = env.SSL_CERT_FILE ?? "";
  const key = JSON.stringify([proxy?.url.href, proxy?.authorization?.unwrap(), file]);
  const known = AGENTS.get(key);
  if (known !== void 0) return known;
  const secureContext = contextOf(file, env);
  const { Agent } = process.getBuiltinModule("node:https");
  const agent = proxy === void 0 ? new Agent({ keepAlive: true, ...secureContext && { secureContext } }) : createTunnelAgent(proxy, secureContext);
  AGENTS.set(key, agent);
  return agent;
}
function contextOf(file, env) {
  if (file === "") return void 0;
  try {
    return process.getBuiltinModule("node:tls").createSecureContext({ ca: [...defaults(env), (0, import_node_fs.readFileSync)(file, "utf8")] });
  } catch {
    return void 0;
  }
}
function defaults(env) {
  const tls = process.getBuiltinModule("node:tls");
  if (tls.getCACertificates !== void 0) return tls.getCACertificates("default");
  const extra = env.NODE_EXTRA_CA_CERTS ?? "";
  return [...tls.rootCertificates, ...extra === "" ? [] : [(0, import_node_fs.readFileSync)(extra, "utf8")]];
}

// src/clients/lost-request.ts
var NoAnswerError = class extends RemedyError {
  /** @param advice what to look at, without what to do then: a command runs again, an application starts again. */
  constructor(problem, advice = "check the address and the network") {
    super(problem);
    this.advice = advice;
  }
  advice;
};
var UNKNOWN_AUTHORITY = [
  "SELF_SIGNED_CERT_IN_CHAIN",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "CERT_UNTRUSTED",
  "INVALID_CA"
];
var OTHER_CERTIFICATES = {
  CERT_HAS_EXPIRED: "check this machine's clock; else its owner must renew the certificate",
  CERT_NOT_YET_VALID: "check this machine's clock",
  CERT_REVOKED: "its owner must replace the certificate",
  CERT_REJECTED: "its owner must replace the certificate",
  ERR_TLS_CERT_ALTNAME_INVALID: "use the host name that the certificate is for"
};
var UNREACHABLE = /^(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT)$/;
function lossOf({
  method,
  url,
  proxy,
  env,
  cause
}) {
  if (cause instanceof RemedyError) return cause;
  if (cause instanceof TunnelRefusedError && proxy !== void 0)
    return refusedByProxy({ method, url, proxy }, cause.status);
  const isProxys = cause instanceof ProxyLostError;
  const code = codeOf(isProxys ? cause.cause : cause);
  const subject = `${method} ${url.origin}${url.pathname}`;
  const whose = isProxys && proxy !== void 0 ? `the proxy ${proxy.url.host}` : url.host;
  const certificate = UNKNOWN_AUTHORITY.includes(code) ? authorityRemedy(env) : OTHER_CERTIFICATES[code];
  if (certificate !== void 0)
    return new RemedyError({
      code: "certificate-untrusted",
      subject,
      cause: `the certificate of ${whose} is not trusted (${code})`,
      remedy: certificate
    });
  const isLate = code === "TimeoutError" || code === "ABORT_ERR";
  const from = isProxys ? ` from ${whose} of ${proxy?.variable}` : "";
  const where = isProxys ? `check ${proxy?.variable}, or add ${url.hostname} to NO_PROXY if it is reached directly` : UNREACHABLE.test(code) && proxy === void 0 ? "check the address and the network (behind a proxy, set HTTPS_PROXY)" : "check the address and the network";
  const again = method === "GET" ? "" : ": a second run finishes what this one did not";
  const told = isLate ? `no answer${from} in time` : `no answer${from} (${code})`;
  return new NoAnswerError(
    { code: "no-answer", subject, cause: told, remedy: `${where}, then run again${again}` },
    where
  );
}
function answerOfProxy(lost, status) {
  const { proxy } = lost;
  return proxy !== void 0 && status === 407 ? refusedByProxy({ ...lost, proxy }, status) : void 0;
}
function refusedByProxy({ method, url, proxy }, status) {
  const { host } = proxy.url;
  const subject = `${method} ${url.origin}${url.pathname}`;
  if (status === 407)
    return new RemedyError({
      code: "proxy-login-refused",
      subject: proxy.variable,
      cause: `the proxy ${host} ${proxy.authorization === void 0 ? "asks for a user name and a password" : "refuses the user name or the password in it"} (407)`,
      remedy: `set ${proxy.variable} to http://USER:PASSWORD@${host}, with special characters percent-encoded (@ is %40)`
    });
  const direct = `add ${url.hostname} to NO_PROXY if it is reached directly`;
  if (status >= 500) {
    const advice = `check the address, or ${direct}`;
    const told = `the proxy ${host} of ${proxy.variable} does not reach it (${status})`;
    return new NoAnswerError(
      { code: "no-answer", subject, cause: told, remedy: `${advice}, then run again` },
      advice
    );
  }
  return new RemedyError({
    code: "proxy-refused",
    subject,
    cause: `the proxy ${host} of ${proxy.variable} refuses to connect to ${url.host} (${status})`,
    remedy: `ask who runs the proxy to allow ${url.host}, or ${direct}`
  });
}
function authorityRemedy(env) {
  const given = ["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE"].filter((name) => (env[name] ?? "") !== "");
  const add = "name a readable PEM file with the authority's certificate in NODE_EXTRA_CA_CERTS before the start";
  const isNot = given.length === 0 ? "" : ` (${given.join(" and ")} ${given.length === 1 ? "is" : "are"} set, but the authority is not in the file)`;
  return `if the network has an authority of its own, ${add}${isNot}`;
}
function codeOf(cause) {
  return cause.code ?? cause.name;
}

// src/clients/http.ts
var TooLargeError = class extends RemedyError {
};
var TOLD_FROM_MS = 2e3;
var LONGEST_WAIT_MS = 3e4;
var MIB = 1024 * 1024;
function createHttp(options = {}) {
  const { tries = 5, timeoutMs = 3e4, waitMs = 500, patienceMs = 12e4, requestMs = 24e4 } = options;
  const { answerBytes = 32 * MIB, totalBytes = 256 * MIB, totalMs = 48e4, env = {} } = options;
  const busy = createStopwatch();
  const waitFor = createWaits(options.onWait);
  let bytesLeft = totalBytes;
  return async (request) => {
    const ends = performance.now() + requestMs;
    const timeLeft = () => Math.min(ends - performance.now(), totalMs - busy.elapsed());
    busy.start();
    try {
      for (let attempt = 1; ; attempt += 1) {
        const last = attempt >= tries;
        const ms = Math.max(1, Math.ceil(Math.min(timeoutMs, timeLeft())));
        try {
          const answer = await send(request, env, { ms, bytes: Math.min(answerBytes, bytesLeft) });
          bytesLeft -= answer.bytes;
          const wait = waitAfter(answer, attempt, waitMs);
          if (last || wait > Math.min(patienceMs, timeLeft()) || !worthRepeating(request, answer))
            return answer;
          await waitFor(wait, whyAgain(request, answer));
        } catch (error) {
          if (last || !isRepeatable(request) || !(error instanceof NoAnswerError)) throw error;
          const wait = backoff(attempt, waitMs);
          if (wait > timeLeft()) throw error;
          await waitFor(wait, `${hostOf(request)} does not answer`);
        }
      }
    } finally {
      busy.stop();
    }
  };
}
function createWaits(tell) {
  let toldUntil = 0;
  return async (ms, why) => {
    const until = performance.now() + ms;
    if (tell !== void 0 && ms >= TOLD_FROM_MS && until > toldUntil + TOLD_FROM_MS) {
      toldUntil = until;
      tell(`${why}: asking again in ${Math.ceil(ms / 1e3)} s`);
    }
    await (0, import_promises.setTimeout)(ms);
  };
}
function whyAgain(request, { status }) {
  const host = hostOf(request);
  return status === 429 || status === 403 ? `${host} limits how much may be asked at a time` : `${host} answered ${status}`;
}
function hostOf({ url }) {
  return URL.canParse(url) ? new URL(url).host : "the service";
}
function createStopwatch() {
  let [running, since, sum] = [0, 0, 0];
  const elapsed = () => sum + (running > 0 ? performance.now() - since : 0);
  return {
    elapsed,
    start: () => {
      if (running === 0) since = performance.now();
      running += 1;
    },
    stop: () => {
      if (running === 1) sum = elapsed();
      running -= 1;
    }
  };
}
function isRepeatable(request) {
  return request.method === "GET" || request.repeatable === true;
}
function worthRepeating(request, answer) {
  const { status, headers } = answer;
  if (status === 429 || status === 503) return true;
  if (status === 403) return headers["retry-after"] !== void 0 || headers["x-ratelimit-remaining"] === "0";
  return isRepeatable(request) && (status === 500 || status === 502 || status === 504);
}
function waitAfter(answer, attempt, first) {
  const seconds = Number(answer.headers["retry-after"]);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1e3 : backoff(attempt, first);
}
function backoff(attempt, first) {
  const wait = Math.min(first * 2 ** (attempt - 1), LONGEST_WAIT_MS);
  return wait / 2 + Math.random() * (wait / 2);
}
async function send(request, env, limits) {
  const url = URL.canParse(request.url) ? new URL(request.url) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new RemedyError({
      code: "address-invalid",
      subject: `${request.method} request`,
      cause: "its address is not http(s)",
      remedy: "fix the configured address"
    });
  }
  const { method } = request;
  const body = request.body === void 0 ? void 0 : Buffer.from(request.body, "utf8");
  const signal = AbortSignal.timeout(limits.ms);
  const { proxy, isSecure, options } = wayTo(url, env, signal);
  const open = isSecure ? process.getBuiltinModule("node:https").request : import_node_http3.request;
  const headers = {
    ...options.headers,
    ...request.headers,
    ...body === void 0 ? {} : { "content-length": body.length }
  };
  return new Promise((done, fail) => {
    const lost = (cause) => fail(lossOf({ method, url, proxy, env, cause }));
    const outgoing = open(url, { ...options, method, headers, signal }, (answer) => {
      const refused = answerOfProxy({ method, url, proxy }, answer.statusCode);
      if (refused !== void 0) outgoing.destroy(refused);
      else
        collect(answer, limits.bytes, () => tooLarge(method, url, limits.bytes)).then(
          (text) => done({ status: answer.statusCode ?? 0, headers: answer.headers, ...text }),
          lost
        );
    });
    outgoing.on("error", lost);
    outgoing.end(body);
  });
}
async function collect(answer, most, refusal3) {
  const chunks = [];
  let bytes = 0;
  for await (const chunk of answer) {
    bytes += chunk.length;
    if (bytes > most) throw refusal3();
    chunks.push(chunk);
  }
  return { text: Buffer.concat(chunks).toString("utf8"), bytes };
}
function tooLarge(method, url, bytes) {
  return new TooLargeError({
    code: "answer-too-large",
    subject: `${method} ${url.origin}${url.pathname}`,
    cause: `the answer has more than ${bytes} bytes, or is the last of too many`,
    remedy: "check that the address is the service's, and what is in between; ask for less"
  });
}

// src/sync/runner.ts
var import_node_fs2 = require("node:fs");
function createRunner(env, print) {
  const inActions = env.GITHUB_ACTIONS === "true";
  const append = (file, text) => {
    if (file !== void 0 && file !== "") (0, import_node_fs2.appendFileSync)(file, text);
  };
  const annotate = (level, text) => print(inActions ? annotation(level, text) : logLine(`${level}: ${text}`));
  return {
    print: (line) => print(logLine(line)),
    complain: (text) => annotate("error", text),
    remark: annotate,
    mask: (texts) => {
      if (inActions) for (const text of texts) print(maskCommand(text));
    },
    summarize: (text) => append(env.GITHUB_STEP_SUMMARY, text),
    output: (values) => {
      const lines = Object.entries(values).map(([name, value]) => `${name}=${value}
`);
      append(env.GITHUB_OUTPUT, lines.join(""));
    }
  };
}
function logLine(text) {
  return visible(text).replace(/^(\s*):/, "$1\\u003a").replaceAll("##[", "#\\u0023[");
}
function maskCommand(text) {
  return `::add-mask::${commandData(text)}`;
}
function annotation(level, text) {
  return `::${level} title=sync_secrets::${commandData(visible(text))}`;
}
function commandData(text) {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}
function describeError(error) {
  if (error instanceof RemedyError) return error.message;
  return `sync_secrets: an unexpected ${kindOf(error)}. Remedy: run again; if it comes back, report this line`;
}
function kindOf(error) {
  if (!(error instanceof Error)) return typeof error;
  const { code } = error;
  const told = typeof code === "string" && /^[A-Z][A-Z0-9_]*$/.test(code) ? ` (${code})` : "";
  return `${error.name}${told}${placeOf(error)}`;
}
function placeOf(error) {
  const stack = error.stack ?? "";
  const from = stack.indexOf(error.message);
  const frames = from < 0 ? "" : stack.slice(from + error.message.length);
  const frame = /^\s+at (.+)$/m.exec(frames)?.[1];
  return frame === void 0 ? "" : ` at ${frame}`;
}

// src/catalog/layout.ts
var WORKFLOW_FILE = "sync_secrets.yml";
var WORKFLOW_PATH = `.github/workflows/${WORKFLOW_FILE}`;
var SENTINEL = "__SET_ME_IN_GITHUB__ (placeholder by sophia-secrets; never synced, never loaded)";

// src/clients/said-by-service.ts
var LONGEST = 300;
var TOKENS = /\b(?:gh[a-z]_|github_pat_|pul-)[A-Za-z0-9_-]{8,}/g;
function saidBy(text, hidden = []) {
  const message = messageOf(text).replace(TOKENS, "[hidden]");
  const plain = hidden.filter((each) => each !== "").reduce((left, each) => left.replaceAll(each, "[hidden]"), message);
  const line = visible(plain.replace(/\s+/g, " ").trim()).replace(/(?<!\.)\.$/, "");
  return line.length > LONGEST ? `${line.slice(0, LONGEST - 3)}...` : line;
}
function messageOf(text) {
  try {
    const { message } = JSON.parse(text);
    return typeof message === "string" ? message : "";
  } catch {
    return "";
  }
}

// src/clients/pulumi-refusal.ts
var ConflictError = class extends RemedyError {
};
var UnavailableError = class extends RemedyError {
};
var NotFoundError = class extends RemedyError {
};
var LOOK_BETWEEN = "check that the address is Pulumi Cloud's API, and what is in between";
var UNKNOWN_TOKEN = [
  "the token is unknown, revoked or expired",
  "get a new token: run the job again, or pulumi login"
];
var OF_ENVIRONMENTS = {
  401: UNKNOWN_TOKEN,
  403: [
    "the token may not do this",
    "grant its team the right on this environment (secrets/access-policies.ts), then pulumi up"
  ],
  404: [
    "there is no such environment, or the token may not see it",
    "pulumi up for the stack that owns it; then check the token's team"
  ],
  413: ["the text is larger than the service takes", "move secrets to another group"]
};
var OF_ORGANIZATION = {
  401: UNKNOWN_TOKEN,
  403: ["the token may not do this", "use the token of an administrator of the organization"],
  404: [
    "there is no such thing, or the token may not see it",
    "check its name; use the token of an administrator of the organization"
  ]
};
var CODES = {
  401: "pulumi-token-invalid",
  403: "pulumi-permission-denied",
  404: "pulumi-not-found",
  413: "environment-text-too-large"
};
var KINDS = { 401: TokenError, 404: NotFoundError };
var QUOTED = [401, 402, 403, 429];
function saidInRefusal(answer, token) {
  return QUOTED.includes(answer.status) ? saidBy(answer.text, [token.unwrap()]) : "";
}
var OF_PLAN = /\b(edition|trial|upgrade|subscription|billing|payment)\b/i;
function refusal(refused, answer) {
  const { thing: subject, said, known } = refused;
  const quoted2 = said === "" || !refused.quotes ? "" : `: ${said}`;
  if (answer.status === 409) {
    return new ConflictError({
      code: "write-conflict",
      subject,
      cause: "somebody else wrote it in between",
      remedy: "run again: it reads and plans again"
    });
  }
  if (answer.status < 400) {
    const cause = `the service answered ${answer.status}, which is a redirect: something is in between`;
    return new RemedyError({ code: "pulumi-redirected", subject, cause, remedy: LOOK_BETWEEN });
  }
  if (answer.status === 401) return unknownToken(refused, quoted2);
  if (answer.status === 402 || answer.status === 403 && OF_PLAN.test(said))
    return new RemedyError({
      code: "pulumi-plan-lacks-feature",
      subject,
      cause: `the organization's edition does not allow it (${answer.status})${quoted2}`,
      remedy: "let an administrator of the organization look at its billing in Pulumi Cloud's console, then say in every stack which edition it has: pulumi config set edition EDITION; docs/permissions.md says what each has"
    });
  const [why, what] = known[answer.status] ?? [];
  const code = CODES[answer.status];
  if (why !== void 0 && what !== void 0 && code !== void 0)
    return new (KINDS[answer.status] ?? RemedyError)({
      code,
      subject,
      cause: `${why}${quoted2}`,
      remedy: what
    });
  const reason = `the service answered ${answer.status}${diagnosticsOf(answer)}${quoted2}`;
  if (answer.status >= 500 || answer.status === 429) {
    const remedy = `run again ${againAfter(answer)}`;
    return new UnavailableError({ code: "pulumi-unavailable", subject, cause: reason, remedy });
  }
  const isText = known === OF_ENVIRONMENTS;
  const problem = {
    code: "pulumi-refused",
    subject,
    cause: reason,
    remedy: isText ? "fix the text of the environment" : "check what was asked for, then run this again"
  };
  return isText ? new RefusedTextError(problem, linesOf(answer)) : new RemedyError(problem);
}
var RefusedTextError = class extends RemedyError {
  /** @param lines of the text that it names, from 1. */
  constructor(problem, lines) {
    super(problem);
    this.lines = lines;
  }
  lines;
};
function unknownToken({ thing, url, organization, tokenName, said }, quoted2) {
  if (/\bSAML\b|\bSSO\b/.test(said))
    return new TokenError({
      code: "pulumi-sso-required",
      subject: thing,
      cause: `Pulumi Cloud asks for a new login by single sign-on${quoted2}`,
      remedy: `open ${reauthenticationPage(url, organization)}, then run this again`
    });
  const [why, what] = UNKNOWN_TOKEN;
  if (tokenName === void 0)
    return new TokenError({
      code: "pulumi-token-invalid",
      subject: thing,
      cause: `${why}${quoted2}`,
      remedy: what
    });
  return new TokenError({
    code: "pulumi-token-invalid",
    subject: tokenName,
    cause: `${tokenName === "pulumi login" ? `the token that it keeps for ${url}` : "its token"} is unknown, revoked or expired${quoted2}`,
    remedy: tokenName === "pulumi login" ? `pulumi login ${url}` : "set a valid one, or use what pulumi login keeps: unset PULUMI_ACCESS_TOKEN"
  });
}
function reauthenticationPage(url, organization) {
  const { hostname } = new URL(url);
  if (!hostname.startsWith("api.")) return "Pulumi Cloud's console and sign in by single sign-on";
  return `https://app.${hostname.slice("api.".length)}/signin/sso/${encodeURIComponent(organization)}/reauth`;
}
function againAfter({ headers }) {
  const seconds = Number(headers["retry-after"]);
  return Number.isFinite(seconds) && seconds > 0 ? `in ${seconds} s` : "later";
}
function diagnosticsOf(answer) {
  const lines = linesOf(answer);
  return lines.length === 0 ? "" : ` (lines ${lines.join(", ")})`;
}
function linesOf(answer) {
  try {
    const body = JSON.parse(answer.text);
    return (body.diagnostics ?? []).map((each) => each.range?.begin?.line).filter((line) => line !== void 0);
  } catch {
    return [];
  }
}

// src/clients/pulumi-call.ts
function createPulumiCall(options) {
  const { url, organization, token, tokenName, http } = options;
  const call = async (thing, path, request = { method: "GET" }) => {
    const headers = {
      authorization: `token ${token.unwrap()}`,
      ...path.startsWith(ESC) ? { "content-type": "application/x-yaml" } : JSON_HEADERS,
      ...request.headers
    };
    const answer = await http({ ...request, url: `${url}${path}`, headers });
    if (answer.status >= 300) {
      const known = path.startsWith(ESC) ? OF_ENVIRONMENTS : OF_ORGANIZATION;
      const said = saidInRefusal(answer, token);
      const quotes = path.startsWith(OF_NAMES);
      throw refusal({ thing, url, organization, tokenName, said, known, quotes }, answer);
    }
    return answer;
  };
  return Object.assign(call, { organization });
}
var ESC = "/api/esc/";
var OF_NAMES = "/api/orgs/";
var JSON_HEADERS = { accept: "application/vnd.pulumi+9", "content-type": "application/json" };
function parseAnswer(thing, answer) {
  try {
    const value = JSON.parse(answer.text);
    if (typeof value === "object" && value !== null) return value;
  } catch {
  }
  throw notTheService(thing, "is not JSON");
}
function notTheService(thing, what) {
  return new RemedyError({
    code: "pulumi-answer-unreadable",
    subject: thing,
    cause: `the service's answer ${what}`,
    remedy: LOOK_BETWEEN
  });
}
function revisionOf(escPath, answer) {
  const revision = Number(answer.headers["pulumi-esc-revision"]);
  if (Number.isInteger(revision) && revision > 0) return revision;
  throw notTheService(escPath, "names no revision");
}

// src/clients/pulumi-cloud.ts
var SESSION = "2h";
function notCarriedOut(environment, told, standing2) {
  return new RemedyError({
    code: "write-not-carried-out",
    subject: environment,
    cause: `the service says that it wrote revision ${told}, and revision ${standing2} is there`,
    remedy: "run again: it reads what is there, and writes what is missing"
  });
}
function createPulumiCloud(options) {
  const call = createPulumiCall(options);
  const at = (escPath, suffix = "") => `/api/esc/environments/${call.organization}/${escPath}${suffix}`;
  const ask = (escPath, suffix, request) => call(`${call.organization}/${escPath}`, at(escPath, suffix), request);
  const textAt = async (escPath, suffix) => {
    const answer = await ask(escPath, suffix);
    const revision = revisionOf(escPath, answer);
    const { etag } = answer.headers;
    if (etag === void 0 || etag === "") throw notTheService(escPath, "carries no ETag");
    const { date = "" } = answer.headers;
    if (Number.isNaN(Date.parse(date))) throw notTheService(escPath, "carries no Date");
    return { text: answer.text, etag, revision, at: new Date(date).toISOString() };
  };
  const replace = async (escPath, text, etag) => {
    const request = { method: "PATCH", headers: { etag }, body: text };
    const answer = await ask(escPath, "", request);
    const revision = revisionOf(escPath, answer);
    const { revision: standing2 } = await textAt(escPath, "");
    if (standing2 < revision) throw notCarriedOut(escPath, revision, standing2);
    return { revision, etag: answer.headers.etag };
  };
  return {
    revisions: createRevisions(call),
    read: (escPath) => textAt(escPath, ""),
    decrypt: (escPath) => textAt(escPath, "/decrypt"),
    write: async (...given) => (await replace(...given)).revision,
    replace,
    open: async (escPath) => {
      const request = { method: "POST", body: "", repeatable: true };
      const opened = await ask(escPath, `/open?duration=${SESSION}`, request);
      const { id } = parseAnswer(escPath, opened);
      if (typeof id !== "string") throw notTheService(escPath, "names no session");
      return parseAnswer(escPath, await ask(escPath, `/open/${encodeURIComponent(id)}`));
    }
  };
}
var PAGE = 500;
function createRevisions(call) {
  const versions = (escPath) => `/api/esc/environments/${call.organization}/${escPath}/versions`;
  const full = (escPath) => `${call.organization}/${escPath}`;
  const page = async (escPath, before, count) => {
    const thing = full(escPath);
    const query = `count=${count}${before === 0 ? "" : `&before=${before}`}`;
    const listed = parseAnswer(thing, await call(thing, `${versions(escPath)}?${query}`));
    if (!Array.isArray(listed)) throw notTheService(thing, "is not a list of revisions");
    return listed.map((each) => readRevision(thing, each));
  };
  return {
    list: async (escPath, most = Number.MAX_SAFE_INTEGER) => {
      const found = [];
      for (let before = 0; found.length < most; ) {
        const wanted = Math.min(PAGE, most - found.length);
        const next = await page(escPath, before, wanted);
        found.push(...next.slice(0, wanted));
        const oldest = next.at(-1)?.number ?? 1;
        if (oldest <= 1 || before !== 0 && oldest >= before) break;
        before = oldest;
      }
      return found;
    },
    text: async (escPath, revision) => {
      const thing = `revision ${revision} of ${full(escPath)}`;
      const answer = await call(thing, `${versions(escPath)}/${revision}`);
      const told = revisionOf(thing, answer);
      if (told !== revision) throw notTheService(thing, `is revision ${told}`);
      return answer.text;
    },
    tag: async (escPath, name, revision) => {
      const thing = `tag ${name} of ${full(escPath)}`;
      const tags = `${versions(escPath)}/tags`;
      try {
        await call(thing, tags, json("POST", { name, revision }));
      } catch (error) {
        if (!(error instanceof ConflictError)) throw error;
        const standing2 = parseAnswer(thing, await call(thing, `${tags}/${name}`));
        if (standing2.revision !== revision) await call(thing, `${tags}/${name}`, json("PATCH", { revision }));
      }
    }
  };
}
function json(method, body) {
  const headers = { "content-type": "application/json" };
  return { method, headers, body: JSON.stringify(body), repeatable: true };
}
function readRevision(thing, value) {
  const each = value ?? {};
  if (typeof each.number !== "number" || typeof each.created !== "string")
    throw notTheService(thing, "is not a list of revisions");
  const tags = Array.isArray(each.tags) ? each.tags.filter((tag) => typeof tag === "string") : [];
  return {
    number: each.number,
    created: each.created,
    by: [each.creatorLogin, each.creatorName].find(isName) ?? "",
    tags: tags.filter((tag) => tag !== "latest"),
    retracted: each.retracted !== void 0 && each.retracted !== null
  };
}
function isName(value) {
  return typeof value === "string" && value !== "";
}

// src/clients/pulumi-login.ts
var PULUMI_CLOUD = "https://api.pulumi.com";
function checkedAddress(thing, text) {
  const cause = unfitAddress(text);
  if (cause === void 0) return text.replace(/\/+$/, "");
  throw new RemedyError({
    code: "address-invalid",
    subject: thing,
    cause,
    remedy: `leave it out for ${PULUMI_CLOUD}, or give the service's own address`
  });
}

// src/ledger/ledger.ts
var import_yaml2 = __toESM(require_dist());

// src/yaml-text.ts
var import_yaml = __toESM(require_dist());
var MOST_PARTS = 2e5;
var MOST_LEVELS = 100;
var MOST_ALIASES = 100;
function boundedDocument(text, options = {}) {
  let [parts, depth] = [0, 0];
  for (const part of new import_yaml.Lexer().lex(text)) {
    parts += 1;
    if (part === "[" || part === "{") depth += 1;
    else if (part === "]" || part === "}") depth -= 1;
    if (parts > MOST_PARTS || depth > MOST_LEVELS) return void 0;
  }
  try {
    const document = (0, import_yaml.parseDocument)(text, { ...options, uniqueKeys: false, logLevel: "error" });
    return document.errors.length > 0 || hasEqualKeys(document) ? void 0 : document;
  } catch (error) {
    if (error instanceof RangeError) return void 0;
    throw error;
  }
}
function hasEqualKeys(document) {
  let found = false;
  (0, import_yaml.visit)(document, {
    Map: (_, { items }) => {
      const keys = items.map(({ key }) => (0, import_yaml.isScalar)(key) ? `${typeof key.value} ${key.value}` : key);
      found ||= new Set(keys).size < keys.length;
      return found ? import_yaml.visit.BREAK : void 0;
    }
  });
  return found;
}
function boundedYaml(text) {
  try {
    return boundedDocument(text)?.toJS({ maxAliasCount: MOST_ALIASES });
  } catch (error) {
    if (error instanceof ReferenceError) return void 0;
    throw error;
  }
}

// src/catalog/placeholders.ts
var import_node_crypto = require("node:crypto");
var WORDS = /* @__PURE__ */ new Set([
  "changeme",
  "changeit",
  "changethis",
  "pleasechangeme",
  "replaceme",
  "replacethis",
  "insertme",
  "fillme",
  "fillmein",
  "setme",
  "fixme",
  "todo",
  "tbd",
  "tba",
  "placeholder",
  "dummy",
  "fake",
  "example",
  "sample",
  "redacted",
  "notset",
  "unset",
  "undefined"
]);
var EXAMPLES = /* @__PURE__ */ new Set([
  "1a5d44a2dca19669",
  // AWS
  "c6ea27c534f993d3",
  // AWS
  "78314b11be2e5815",
  // AWS
  "e21b597ba6b9cafa",
  // AWS
  "2cafc0970149a84f",
  // Stripe
  "f2d6ca16515033e5",
  // Stripe
  "b1471f544ceeea31",
  // Stripe
  "f5c388734d28087b",
  // Slack
  "0e3fd41c01a69772",
  // Slack
  "744d4263f0a65db9",
  // Slack
  "3543c50b0cb9cea8",
  // GitHub
  "bc3ae723f57c6b9e",
  // GitHub
  "82e74299544e0073",
  // GitHub
  "f7d838701b86c5df",
  // jwt.io
  "d4695b1ca6366672",
  // Anthropic
  "f04f84687bec4144",
  // OpenAI
  "8fbf3a320031278b"
  // Sentry
]);
var PREFIX = /^(?:https:\/\/hooks\.slack\.com\/services\/|(?:[spr]k|whsec)[-_](?:(?:ant|or|proj|live|test|api\d\d|v\d)[-_])*|xox[a-z]-|xapp-|gh[a-z]_|github_pat_|pul-|lin_api_|dckr_pat_)/;
var PROSE = /^[a-z0-9]{1,12}(?:[-_. ]+[a-z0-9]{1,12})*$/i;
var ASKING = /^yours?[-_. ]|[-_. ]here$|^(?:insert|enter|put|paste|add|replace|change|fill|set)[-_. ](?:(?:with|in)[-_. ])?(?:yours?|my|the|me|this|it|real|actual)(?:[-_. ]|$)/i;
var TEMPLATE = /^(?:<[^<>\n]+>|\$?\{\{[^{}\n]+\}\}|\[(?:your|insert|enter)[-_ ][-\w ]*\]|%[A-Z][A-Z0-9_]*%|__[A-Z][A-Z0-9_]*__|\$\([^()\n]+\)|op:\/\/[^\n]+|[[(<*](?:secret|sensitive(?: value)?|redacted|hidden|masked|filtered|known after apply)[\])>*])$/i;
var VARIABLE = /^\$(?:\{[A-Z][A-Z0-9]*_[A-Z0-9_]*\}|[A-Z][A-Z0-9]*_[A-Z0-9_]*)$/;
var ADDRESS_TEMPLATE = /^[a-z][\w+.-]*:\/\/(?:yours?[-_.]|\S*(?:<[\w ./-]+>|\[your[-_ ][-\w ]*\]|\{\{[^{}\n]+\}\}))/i;
var OF_PULUMI = /^Calling \[toString\] on an \[Output<T>\]|^04da6b54-80e4-46f7-96ec-b56ff0331ba9$/;
var FILLER = /^(?:x{3,}|\*{3,}|\.{3,}|…+|•+|-{3,}|_{3,}|#{3,}|\?{3,}|0{8,}|(?:[x0*]{3,}[-_ /]?)+)$/i;
var LONGEST2 = 120;
var UNSEEN2 = /[\p{C}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}]/u;
var ALL_UNSEEN = new RegExp(`(?!\\s)${UNSEEN2.source}`, "gu");
function withoutUnseen(value) {
  return value.replace(ALL_UNSEEN, "");
}
function isPlaceholder(value) {
  if (OF_PULUMI.test(value.trim())) return true;
  const text = withoutUnseen(value).trim().replace(/^(["'`])(.*)\1$/s, "$2").trim();
  if (text.length > LONGEST2) return false;
  if (EXAMPLES.has(digestOf(text))) return true;
  return [text, text.replace(PREFIX, "")].some(
    (each) => WORDS.has(each.toLowerCase().replace(/[-_. !*()[\]]/g, "")) || PROSE.test(each) && ASKING.test(each) || TEMPLATE.test(each) || VARIABLE.test(each) || ADDRESS_TEMPLATE.test(each) || FILLER.test(each)
  );
}
function digestOf(value) {
  return (0, import_node_crypto.createHash)("sha256").update(value).digest("hex").slice(0, 16);
}

// src/catalog/formats.ts
var startsWith = (...prefixes) => ({
  characters: "ascii",
  expected: `text beginning with ${prefixes.join(" or ")}`,
  test: (value) => prefixes.some((prefix) => value.startsWith(prefix) && value.length > prefix.length),
  prefixes: prefixes.filter((prefix) => !prefix.includes(":"))
});
var matches = (expected, pattern) => ({
  expected,
  test: (value) => pattern.test(value)
});
var PRIVATE_KEY = /^-----BEGIN ([A-Z ]*PRIVATE KEY)-----\r?\n[\s\S]+\n-----END \1-----\s*$/;
var FORMATS = {
  text: matches("any text", /[\s\S]/),
  "openai-key": startsWith("sk-"),
  "anthropic-key": startsWith("sk-ant-"),
  "openrouter-key": startsWith("sk-or-"),
  "slack-bot-token": startsWith("xoxb-"),
  "slack-app-token": startsWith("xapp-"),
  "slack-webhook": startsWith("https://hooks.slack.com/"),
  "github-token": startsWith("ghp_", "gho_", "ghu_", "ghs_", "github_pat_"),
  "pulumi-token": startsWith("pul-"),
  "linear-key": startsWith("lin_api_"),
  "docker-token": {
    ...matches("a Docker access token (dckr_pat_...) or a password of 8 characters or more", /^\S{8,}$/),
    characters: "word",
    prefixes: ["dckr_pat_"]
  },
  "private-key": matches("a private key in PEM form, with its BEGIN and END lines", PRIVATE_KEY),
  "https-url": {
    expected: "an https:// address",
    test: (value) => protocolOf(value) === "https:",
    characters: "ascii"
  },
  number: { ...matches("digits only", /^[0-9]+$/), characters: "ascii" }
};
function protocolOf(value) {
  try {
    return new URL(value).protocol;
  } catch {
    return void 0;
  }
}
function misfit(format, value) {
  return FORMATS[format].test(value) ? void 0 : `must be ${FORMATS[format].expected}`;
}
var LARGEST_VALUE = 49152;
function isSentinel(value) {
  return withoutUnseen(value).trim() === SENTINEL;
}
function unfit2(format, value, names2 = []) {
  const bytes = Buffer.byteLength(value, "utf8");
  if (bytes > LARGEST_VALUE) return `has ${bytes} bytes; GitHub's limit is ${LARGEST_VALUE}`;
  if (value === "") return "is empty";
  if (value.trim() === "") return "is only white space";
  if (value.includes("\0")) return "holds a NUL byte, which no environment variable can";
  if (!value.isWellFormed()) return "is not well-formed Unicode";
  if (withoutUnseen(value).trim() === "") return "is only characters that do not show";
  if (isSentinel(value)) return "is the placeholder";
  if (isPlaceholder(value)) return "is a placeholder or an example from a vendor's documentation";
  if (names2.includes(value.trim())) return "is its own name";
  const assigned = ASSIGNED.exec(value)?.[1];
  if (assigned !== void 0 && names2.includes(assigned)) return NAME_BEFORE;
  const { characters } = FORMATS[format];
  return (characters === void 0 ? void 0 : stray(characters, value)) ?? misfit(format, value);
}
var SECOND_LINE = /[\r\n]\s*(?:export\s+)?[A-Za-z_][A-Za-z0-9_]*=/;
var ASSIGNED = /^\s*(?:(?:export|set|\$env:)\s*)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(?=[^\s=])/i;
var SURELY_ASSIGNED = /^\s*(?:(?:export|set)\s+[A-Za-z_][A-Za-z0-9_]*|[A-Z][A-Z0-9]*_[A-Z0-9_]*[A-Z0-9])=(?=[^\s=])/;
var NAME_BEFORE = "begins with NAME=, as if copied from a .env file";
function wrapping(value) {
  const text = value.trim();
  if (SURELY_ASSIGNED.test(text)) return NAME_BEFORE;
  if (/^(["'`]).+\1$/s.test(text) || /^[“”„‘’«].*[“”‘’»]$/s.test(text)) return "has quotes around it";
  if (/^(?:authorization\s*:\s*)?(?:bearer|basic|token|apikey)[ \t:]+\S/i.test(text))
    return "begins with a header's word, as in Bearer VALUE";
  return void 0;
}
function stray(characters, value) {
  if (SECOND_LINE.test(value)) return "has a second line, NAME=..., as if copied from a .env file";
  if (value.includes("\r")) return "contains a carriage return";
  if (value.trim() !== value)
    return `begins or ends with ${/^\n|\n$/.test(value) ? "a line end" : "a blank"}`;
  const wrapped = wrapping(value);
  if (wrapped !== void 0) return wrapped;
  if (/\n/.test(value)) return "contains a line end";
  if (/\s/.test(value)) return "contains a blank";
  const unseen = UNSEEN2.exec(value)?.[0];
  if (unseen !== void 0) return `contains an invisible character, ${codePoint(unseen)}`;
  return characters === "ascii" && /[^\x21-\x7e]/.test(value) ? "contains a non-ASCII character" : void 0;
}
function codePoint(character) {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}
var NOTHING = /* @__PURE__ */ new Set(["null", "none", "nil", "nan", "n/a", "[object object]", "[object promise]"]);
function isWordForNothing(value) {
  return NOTHING.has(withoutUnseen(value).trim().toLowerCase());
}
function oddity(format, value) {
  if (isWordForNothing(value)) return "is what programs write where there is no value";
  const isPem = format === "private-key";
  const text = isPem || value.trim().includes("\n") ? value.replace(/\r?\n$/, "") : value;
  if (text.trim() !== text) return "begins or ends with a blank or a line end";
  if (SECOND_LINE.test(value)) return "has a second line, NAME=..., as if copied from a .env file";
  const unseen = UNSEEN2.exec(value.replace(/[\t\r\n]/g, ""))?.[0];
  if (unseen !== void 0) return `contains an invisible character, ${codePoint(unseen)}`;
  return isPem ? void 0 : wrapping(value);
}

// src/ledger/pause.ts
var LONGEST_REASON = 200;
var CREDENTIALS = Object.keys(FORMATS).filter(
  (name) => /-(key|token|webhook)$/.test(name)
);
function readPause(value) {
  if (value === void 0 || value === null) return void 0;
  const fields = typeof value === "object" ? value : {};
  const text = (name, otherwise) => {
    const field = fields[name];
    return typeof field === "string" && field !== "" ? oneLine2(field) : otherwise;
  };
  const [until, rollback] = [text("until", ""), text("rollback", "")];
  return {
    reason: text("reason", "no reason is given"),
    by: text("by", "somebody"),
    since: text("since", "an unknown time"),
    ...until === "" ? {} : { until },
    ...rollback === "" ? {} : { rollback }
  };
}
function oneLine2(text) {
  return text.replace(UNSEEN, " ").slice(0, LONGEST_REASON).trim();
}
function pauseAt(pause, now) {
  const ended = pause?.until !== void 0 && Date.parse(pause.until) <= Date.parse(now);
  return ended ? void 0 : pause;
}
function describePause({ by, since, until, reason }) {
  return `paused by ${by} since ${since}, until ${until ?? "somebody resumes it"}: ${reason}`;
}

// src/ledger/run-names.ts
var BY_HAND = "by-hand";
var AFTER = `${BY_HAND}-after-`;
function handRun(newest) {
  return newest === void 0 ? BY_HAND : `${AFTER}${newest}`;
}
function runId(run) {
  return /^\d+$/.test(run) ? Number(run) : void 0;
}
function runBefore(hand) {
  return hand.startsWith(AFTER) ? runId(hand.slice(AFTER.length)) : void 0;
}
var MANY_RUNS = 1e9;
function isOfAnotherGitHub(own, other = own) {
  return other > MANY_RUNS && own < other / 2;
}
function describeRun(run) {
  return runId(run) === void 0 ? "a sync by hand" : `run ${run}`;
}

// src/ledger/ledger.ts
var EMPTY_LEDGER = { key: void 0, revisions: {}, secrets: {}, refused: {} };
function parseLedger(text) {
  const ledger = property(property(boundedYaml(text), "values"), "ledger");
  const key = property(property(ledger, "key"), "fn::secret");
  const paused = readPause(property(ledger, "paused"));
  const proposed = record(property(ledger, "proposed"), proposal);
  const writing = record(property(ledger, "writing"), intent);
  const cases = record(property(ledger, "cases"), openCase);
  const held = record(property(ledger, "held"), hold);
  return {
    key: typeof key === "string" ? key : void 0,
    revisions: record(
      property(ledger, "revisions"),
      (value) => typeof value === "number" ? value : void 0
    ),
    secrets: record(property(ledger, "secrets"), entry),
    refused: record(property(ledger, "refused"), refusal2),
    ...Object.keys(held).length === 0 ? {} : { held },
    ...paused === void 0 ? {} : { paused },
    ...property(ledger, "untagged") === true ? { untagged: true } : {},
    ...Object.keys(proposed).length === 0 ? {} : { proposed },
    ...Object.keys(writing).length === 0 ? {} : { writing },
    ...Object.keys(cases).length === 0 ? {} : { cases }
  };
}
function renderLedger(ledger) {
  const key = ledger.key === void 0 ? {} : { key: { "fn::secret": ledger.key } };
  const refused = Object.keys(ledger.refused).length === 0 ? {} : { refused: sorted(ledger.refused) };
  const content = {
    ...key,
    ...ledger.paused === void 0 ? {} : { paused: ledger.paused },
    revisions: sorted(ledger.revisions),
    secrets: sorted(ledger.secrets),
    ...refused,
    ...ledger.held === void 0 ? {} : { held: sorted(ledger.held) },
    ...ledger.untagged === void 0 ? {} : { untagged: true },
    ...ledger.proposed === void 0 ? {} : { proposed: sorted(ledger.proposed) },
    ...ledger.writing === void 0 ? {} : { writing: sorted(ledger.writing) },
    ...ledger.cases === void 0 ? {} : { cases: sorted(ledger.cases) }
  };
  return (0, import_yaml2.stringify)({ values: { ledger: content } }, { lineWidth: 0 });
}
function sorted(named) {
  return Object.fromEntries(Object.entries(named).sort(([a], [b]) => a < b ? -1 : 1));
}
var FIELDS = ["fingerprint", "source", "changed", "synced", "run", "commit"];
function entry(value) {
  const fields = FIELDS.map((field) => [field, property(value, field)]);
  if (fields.some(([, text]) => typeof text !== "string")) return void 0;
  const kib = property(value, "kib");
  const size = typeof kib === "number" && Number.isSafeInteger(kib) && kib > 1 ? { kib } : {};
  return { ...Object.fromEntries(fields), ...size };
}
function refusal2(value) {
  const [times, run] = [property(value, "times"), property(value, "run")];
  if (typeof times !== "number" || typeof run !== "string") return void 0;
  const why = ["at", "code", "reason", "page"].map((field) => [field, property(value, field)]);
  return { times, run, ...Object.fromEntries(why.filter(([, text]) => typeof text === "string")) };
}
function hold(value) {
  const [code, why, run, at] = ["code", "why", "run", "at"].map((field) => property(value, field));
  const page = property(value, "page");
  if (code !== "many" && code !== "all-or-nothing") return void 0;
  if (typeof why !== "string" || typeof run !== "string" || typeof at !== "string") return void 0;
  return { code, why, run, at, ...typeof page === "string" ? { page } : {} };
}
function proposal(value) {
  const [run, at, request] = ["run", "at", "request"].map((field) => property(value, field));
  const revision = property(value, "revision");
  if (typeof run !== "string" || typeof at !== "string" || typeof request !== "string") return void 0;
  return typeof revision === "number" ? { run, at, request, revision } : void 0;
}
function intent(value) {
  const [run, at] = [property(value, "run"), property(value, "at")];
  const values = record(property(value, "values"), (each) => typeof each === "string" ? each : void 0);
  return typeof run === "string" && typeof at === "string" ? { run, at, values } : void 0;
}
function openCase(value) {
  const [id, by, since] = ["id", "by", "since"].map((field) => property(value, field));
  if (typeof id !== "string" || typeof by !== "string" || typeof since !== "string") return void 0;
  return { id, by, since };
}
function record(value, read) {
  if (typeof value !== "object" || value === null) return {};
  const pairs = Object.entries(value).map(([key, each]) => [key, read(each)]);
  return Object.fromEntries(pairs.filter((pair) => pair[1] !== void 0));
}
function property(value, key) {
  return typeof value === "object" && value !== null ? value[key] : void 0;
}
function newestRunIn({ secrets, refused, proposed = {}, writing = {} }) {
  const runs = [secrets, refused, proposed, writing].flatMap(
    (each) => Object.values(each).map(({ run }) => run)
  );
  const ids = runs.flatMap((run) => runId(run) ?? runBefore(run) ?? []);
  return ids.length === 0 ? void 0 : Math.max(...ids);
}

// src/ledger/claims.ts
var TOLERANCE_MS = 60 * 6e4;
function isToCome(at, now) {
  return Date.parse(at) > now + TOLERANCE_MS;
}

// src/sync/later-run.ts
var LONGEST_RUN_MS = (30 + 35) * 864e5;
function isFromLaterRun(written, { run, now }) {
  const [own, other, before] = [runId(run), runId(written.run), runBefore(written.run)];
  if (own === void 0) return false;
  const age = Date.parse(now) - Date.parse(written.synced);
  const isLater = other === void 0 ? before !== void 0 && before >= own : other > own;
  const isPlausible = age < LONGEST_RUN_MS && !isToCome(written.synced, Date.parse(now));
  return isLater && isPlausible && !isOfAnotherGitHub(own, other ?? before);
}

// src/ledger/fingerprint.ts
var import_node_crypto2 = require("node:crypto");
var KEY_BYTES = 32;
function newFingerprintKey() {
  return (0, import_node_crypto2.randomBytes)(KEY_BYTES).toString("base64");
}
function isFingerprintKey(text) {
  return Buffer.from(text, "base64").length === KEY_BYTES;
}
function fingerprint(key, name, value) {
  return (0, import_node_crypto2.createHmac)("sha256", Buffer.from(key, "base64")).update(name).update("\0").update(value.unwrap()).digest("base64url");
}

// src/catalog/process-size.ts
var PROCESS_BYTES = 2097152;
var OTHER_BYTES = 65536;
var MOST_VARIABLE_BYTES = PROCESS_BYTES - OTHER_BYTES;
var MOST_VARIABLES = kibs(MOST_VARIABLE_BYTES);
var BESIDE_VALUE = 1 + 1 + 8;
function bytesTogether(variables) {
  return variables.reduce((sum, { name, bytes }) => sum + name.length + bytes + BESIDE_VALUE, 0);
}
function kibOf(bytes) {
  return Math.ceil(bytes / 1024);
}
var NAMED = 5;
function describeSizes(variables) {
  const named = largestOf(variables).map(({ name, bytes }) => `${name} (${kibOf(bytes)} KiB)`);
  const most = named.length === 0 ? "" : `, most of it ${named.join(", ")}`;
  return `${kibs(bytesTogether(variables))} together${most}`;
}
function largestOf(variables) {
  return variables.filter(({ bytes }) => bytes > 1024).sort((a, b) => b.bytes - a.bytes || (a.name < b.name ? -1 : 1)).slice(0, NAMED);
}
function kibs(bytes) {
  return `${String(kibOf(bytes)).replace(/\B(?=(\d{3})+$)/g, ",")} KiB`;
}

// src/sync/given-values.ts
function chooseValue(secret, input) {
  const set = [secret.name, ...secret.aliases].flatMap((name) => {
    const value = input[name] ?? "";
    return value === "" || isSentinel(value) ? [] : [{ name, value }];
  });
  const first = set[0];
  if (first === void 0) return withoutValue(secret, input);
  const other = set.find((each) => each.value !== first.value);
  if (other !== void 0) {
    const reason = `${first.name} and ${other.name} hold different values; set both to the right one, or delete one in GitHub`;
    return { kind: "refused", code: "conflicting", reason };
  }
  const wrong = unfit2(secret.format, first.value, [secret.name, ...secret.aliases]);
  if (wrong !== void 0)
    return { kind: "refused", code: "unfit", reason: `the value of ${first.name} ${wrong}` };
  const odd = oddity(secret.format, first.value);
  const warning = odd === void 0 ? {} : { warning: `the value of ${first.name} ${odd}` };
  return { kind: "value", value: new Secret(first.value), source: first.name, ...warning };
}
function kibGiven({ name, aliases }, input) {
  const texts = [name, ...aliases].map((each) => input[each] ?? "");
  return kibOf(texts.reduce((sum, text) => sum + Buffer.byteLength(text, "utf8"), 0));
}
var CAME_EMPTY = "came empty: it is not in GitHub, is empty there, is not granted to this repository, or lies beyond the first 100 that a workflow sees";
function withoutValue(secret, input) {
  if (secret.default !== void 0)
    return { kind: "value", value: new Secret(secret.default), source: "default" };
  const names2 = [secret.name, ...secret.aliases];
  const code = names2.some((name) => isSentinel(input[name] ?? "")) ? "unset" : "absent";
  const isGiven = names2.some((name) => input[name] !== void 0);
  const missing = isGiven ? CAME_EMPTY : `${names2.join(" or ")} is not set where the sync runs`;
  const reason = code === "unset" ? "nobody has set it in GitHub yet" : missing;
  return secret.required ? { kind: "refused", code, reason } : { kind: "none", reason };
}
function readRunOptions(env, catalog) {
  const names2 = readNames(env.SYNC_NAMES ?? "", catalog);
  return {
    dryRun: isOn("SYNC_DRY_RUN", env),
    names: names2,
    allOrNothing: isOn("SYNC_ALL_OR_NOTHING", env),
    // Whoever names the secrets has counted them.
    allowMany: isOn("SYNC_ALLOW_MANY_CHANGES", env) || names2 !== void 0
  };
}
function isOn(name, env) {
  const text = env[name] ?? "";
  if (["", "true", "false"].includes(text)) return text === "true";
  throw new RemedyError({
    code: "switch-invalid",
    subject: name,
    cause: "is neither true nor false",
    remedy: "set it to one of them"
  });
}
var NAME = /^[A-Za-z0-9_]{1,100}$/;
function readNames(text, catalog) {
  const names2 = text.split(",").map((name) => name.trim()).filter((name) => name !== "");
  if (names2.length === 0) return void 0;
  const known = new Set(catalog.secrets.map((secret) => secret.name));
  const unknown = names2.filter((name) => !known.has(name));
  if (unknown.length === 0) return new Set(names2);
  const told = unknown.map((name) => NAME.test(name) ? name : "(no name)");
  const remedy = "spell it as in secrets/catalog.ts, names separated by commas; nothing was read or written";
  throw new RemedyError({
    code: "secret-unknown",
    subject: "names",
    cause: `the catalog has no such secret: ${told.join(", ")}`,
    remedy
  });
}
var SHORTEST = 8;
var ARMOUR = /^-----(BEGIN|END) [A-Z0-9 ]+-----$/;
function masksOf(values) {
  const texts = values.flatMap((value) => [value, ...value.split(/\r\n|\r|\n/)].map((text) => text.trim()));
  const told = new Set(texts.filter((text) => text.length >= SHORTEST && !ARMOUR.test(text)));
  const masks = [...told, ...values.filter((value) => told.has(value.trim()))].flatMap(shapesOf);
  return [...new Set(masks)].filter((mask) => mask.length >= SHORTEST && !/[\r\n]/.test(mask));
}
function shapesOf(text) {
  const bytes = Buffer.from(text, "utf8");
  const base64 = [bytes.toString("base64"), ...[0, 1, 2].map((shift) => core(bytes, shift))];
  return [
    text,
    ...base64,
    ...base64.map((each) => each.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "")),
    encodeURIComponent(text.toWellFormed()),
    JSON.stringify(text).slice(1, -1)
  ];
}
function core(bytes, shift) {
  const whole = Math.floor((bytes.length - shift) / 3) * 3;
  return bytes.subarray(shift, shift + Math.max(0, whole)).toString("base64");
}

// src/sync/plan.ts
var UNREADABLE = "unreadable";
function plan(secrets, input, standing2, key, asked) {
  return secrets.map((secret) => {
    const { name } = secret;
    const held = standing2.present.has(name) ? standing2.fingerprints[name] ?? UNREADABLE : void 0;
    const holds2 = held === void 0 ? {} : { holds: held };
    if (asked?.has(name) === false) return { name, ...holds2, verb: "skipped" };
    if (secret.due === true) return planDeletion(secret, standing2, holds2);
    return announced(secret, planLiving(secret, input, standing2, key, held));
  });
}
function planLiving(secret, input, standing2, key, held) {
  const { name } = secret;
  const holds2 = held === void 0 ? {} : { holds: held };
  const obstacle = standing2.obstacles[name];
  if (obstacle !== void 0) return { name, ...holds2, verb: "refused", code: "blocked", reason: obstacle };
  const choice = chooseValue(secret, input);
  if (choice.kind === "refused") {
    const { code, reason } = choice;
    return { name, ...holds2, verb: "refused", code, reason };
  }
  if (choice.kind === "none") return { ...planNothing(name, choice.reason, standing2), ...holds2 };
  const kib = kibGiven(secret, input);
  return { ...planValue(name, choice, standing2, key, held), ...kib > 1 ? { kib } : {} };
}
function announced({ name, tombstone, former }, line) {
  if (line.verb === "refused") return line;
  if (former?.tombstone !== void 0 && line.source === former.name)
    return {
      ...line,
      reason: `has its value under ${former.name} alone, which expires on ${former.tombstone}: set ${name}`
    };
  if (tombstone === void 0) return line;
  const quiet = line.verb === "unchanged" || line.verb === "waiting";
  return { ...line, verb: quiet ? "tombstone" : line.verb, reason: `expires on ${tombstone}` };
}
function planDeletion({ name, tombstone }, standing2, holds2) {
  if (!standing2.remaining.has(name)) return { name, verb: "unchanged", gone: true };
  const later = standing2.newer[name];
  if (later !== void 0)
    return { name, ...holds2, verb: "refused", code: "older", reason: olderReason(later) };
  if (!standing2.present.has(name) || standing2.bound.has(name))
    return {
      name,
      verb: "delete",
      writes: "removal",
      reason: `its tombstone of ${tombstone} is due`,
      gone: true
    };
  const reason = "its tombstone is due, but what is there is not the sync's; remove it there (pulumi env edit)";
  return { name, ...holds2, verb: "refused", code: "blocked", reason };
}
var MAPPING = "its further keys or variables were missing";
var OUTLIVED = "its old name was due to go";
function mappingReason(name, standing2) {
  return standing2.outlived.has(name) ? OUTLIVED : MAPPING;
}
function planNothing(name, reason, standing2) {
  if (!standing2.present.has(name)) return { name, verb: "waiting", reason };
  if (standing2.bound.has(name) && !standing2.mapped.has(name))
    return { name, verb: "update", writes: "references", reason: mappingReason(name, standing2) };
  return { name, verb: "unchanged", reason: `${reason}; ESC keeps the value it has` };
}
function planValue(name, choice, standing2, key, held) {
  const { source, value, warning } = choice;
  const told = warning === void 0 ? {} : { warning };
  const line = { name, source, fingerprint: fingerprint(key, name, value), ...told };
  const written = { ...line, holds: line.fingerprint, writes: "value" };
  const writer = standing2.newer[name];
  if (held !== line.fingerprint && writer !== void 0) {
    const holds2 = held === void 0 ? {} : { holds: held };
    return { name, verb: "refused", ...holds2, code: "older", reason: olderReason(writer) };
  }
  if (held === void 0) return { ...written, verb: "create" };
  if (held !== line.fingerprint) {
    if (source !== "default" || standing2.defaulted.has(name)) return { ...written, verb: "update" };
    const reason = "no value came from GitHub; ESC keeps the one it has, not the default";
    return { name, verb: "unchanged", holds: held, reason };
  }
  if (!standing2.mapped.has(name))
    return {
      ...line,
      holds: held,
      verb: "update",
      writes: "references",
      reason: mappingReason(name, standing2)
    };
  return { ...line, holds: held, verb: "unchanged" };
}
function refuseOlder(line, writer, held) {
  if (line.writes !== "value" && line.writes !== "removal") return line;
  const holds2 = held === void 0 ? {} : { holds: held };
  return { name: line.name, verb: "refused", ...holds2, code: "older", reason: olderReason(writer) };
}
function olderReason(writer) {
  return `${writer} another value: what came here may be older. Start a new run; if that is refused too: ${COMMAND} verify`;
}
function isChange(line) {
  return line.writes !== void 0;
}
function notCarriedOut2(lines, verb) {
  return lines.map((line) => {
    if (!isChange(line)) return line;
    const { name, verb: planned, reason } = line;
    return { name, verb, planned, ...reason === void 0 ? {} : { reason } };
  });
}
function withEarlier(lines, earlier) {
  return lines.map((line) => {
    const before = earlier.find((each) => each.name === line.name);
    if (!["unchanged", "tombstone"].includes(line.verb) || before?.writes === void 0) return line;
    const { verb, writes, reason } = before;
    return { ...line, verb, writes, ...reason === void 0 ? {} : { reason } };
  });
}

// src/sync/advance-ledger.ts
function advanceLedger(ledger, groups, identity) {
  const next = {
    ...EMPTY_LEDGER,
    key: ledger.key,
    revisions: { ...ledger.revisions },
    secrets: { ...ledger.secrets },
    refused: countRefusals(
      ledger.refused,
      groups.flatMap((group) => group.lines),
      identity
    )
  };
  for (const { group, lines, revision } of groups) {
    if (revision === void 0) continue;
    for (const line of lines) {
      const entry2 = advanceEntry(ledger.secrets[line.name], line, identity);
      if (line.gone === true) delete next.secrets[line.name];
      else if (entry2 !== void 0) next.secrets[line.name] = entry2;
    }
    const isKnown2 = (line) => line.holds === void 0 || line.holds === next.secrets[line.name]?.fingerprint;
    if (lines.every(isKnown2)) next.revisions[group] = revision;
    else delete next.revisions[group];
  }
  const proposed = advanceProposals(ledger.proposed, groups, identity);
  const held = advanceHolds(ledger.held, groups, identity);
  return {
    ...next,
    ...Object.keys(held).length === 0 ? {} : { held },
    ...Object.keys(proposed).length === 0 ? {} : { proposed }
  };
}
function advanceHolds(before = {}, groups, { run, now, page }) {
  const next = { ...before };
  for (const { lines, held } of groups)
    for (const { name, verb } of lines) {
      if (verb === "skipped") continue;
      const known = next[name];
      if (verb !== "held" || held === void 0) delete next[name];
      else if (known?.code !== held.code || known.why !== held.why)
        next[name] = {
          code: held.code,
          why: held.why,
          run,
          at: now,
          ...page === void 0 ? {} : { page }
        };
    }
  return next;
}
function advanceProposals(before = {}, groups, identity) {
  const next = { ...before };
  for (const { lines, revision, proposal: proposal2 } of groups) {
    for (const { name, verb } of lines) {
      const known = next[name];
      if (proposal2 !== void 0 && verb === "pending")
        next[name] = { run: identity.run, at: identity.now, ...proposal2 };
      else if (known === void 0 || revision === void 0 || ["refused", "held", "skipped"].includes(verb))
        continue;
      else if (!isFromLaterRun({ run: known.run, synced: known.at }, identity)) delete next[name];
    }
  }
  return next;
}
function advanceEntry(before, line, identity) {
  if (line.fingerprint === void 0 || line.source === void 0) return before;
  const same = before?.fingerprint === line.fingerprint;
  const size = line.kib === void 0 ? {} : { kib: line.kib };
  if (same && !isChange(line)) {
    const { kib: _, ...known } = before;
    return { ...known, source: line.source, ...size };
  }
  return {
    fingerprint: line.fingerprint,
    source: line.source,
    changed: same ? before.changed : identity.now,
    synced: identity.now,
    run: identity.run,
    commit: identity.commit,
    ...size
  };
}
var TOLD_AFTER = 3;
function countRefusals(before, lines, identity) {
  const next = { ...before };
  const refused = new Map(lines.filter((line) => line.verb === "refused").map((line) => [line.name, line]));
  for (const { name, verb } of lines) if (verb !== "skipped" && !refused.has(name)) delete next[name];
  for (const [name, line] of refused) next[name] = counted2(before[name], line, identity);
  return next;
}
function counted2(before, { code, reason }, { run, now, page }) {
  const isSame = before !== void 0 && before.code === code && before.reason === reason;
  if (isSame && (before.run === run || before.times >= TOLD_AFTER)) return before;
  const isCounted = before?.run === run || (before?.times ?? 0) >= TOLD_AFTER;
  return {
    times: (before?.times ?? 0) + (isCounted ? 0 : 1),
    run,
    at: now,
    ...code === void 0 ? {} : { code },
    ...reason === void 0 ? {} : { reason },
    ...page === void 0 ? {} : { page }
  };
}
function dueForAlert(before, after) {
  const due = ([name, { times }]) => times >= TOLD_AFTER && (before[name]?.times ?? 0) < TOLD_AFTER;
  return Object.entries(after).filter(due).map(([name]) => name).sort();
}
function withoutAlert(after, names2) {
  const again = names2.map((name) => [name, { run: "", ...after[name], times: TOLD_AFTER - 1 }]);
  return { ...after, ...Object.fromEntries(again) };
}
function createAlert(url, run, http) {
  return async (deployment, names2) => {
    const which = names2.length === 1 ? "a required secret was" : `${names2.length} required secrets were`;
    const where = run === void 0 ? "" : ` See ${run}`;
    const text = `sophia-secrets: in ${deployment} ${which} refused three times in a row: ${names2.join(", ")}.${where}`;
    const headers = { "content-type": "application/json" };
    const request = { method: "POST", url: url.unwrap(), headers, body: JSON.stringify({ text }) };
    const status = await http(request).then(
      (answer) => answer.status,
      () => void 0
    );
    if (status !== void 0 && status < 300) return;
    throw new RemedyError({
      code: "alert-failed",
      subject: "the alert's webhook",
      cause: status === void 0 ? "no answer" : `it answered ${status}`,
      remedy: "set the secret that alertWebhook names to the webhook's address; the next run tries again"
    });
  };
}

// src/access/token-lifetimes.ts
var TOKEN_SECONDS = { sync: 900, preview: 1200, audit: 900, up: 3600 };

// src/clients/oidc.ts
function idTokenEndpoint(env) {
  const url = env.ACTIONS_ID_TOKEN_REQUEST_URL ?? "";
  const token = env.ACTIONS_ID_TOKEN_REQUEST_TOKEN ?? "";
  if (url !== "" && token !== "") return { url, token: new Secret(token) };
  throw new RemedyError({
    code: "id-token-permission-missing",
    subject: "GitHub's id token",
    cause: "this process may not ask for one",
    remedy: "run it in a GitHub Actions job with permissions: id-token: write"
  });
}
async function requestIdToken(endpoint, audience, http) {
  const url = `${endpoint.url}&audience=${encodeURIComponent(audience)}`;
  const answer = await http({
    method: "GET",
    url,
    headers: { authorization: `bearer ${endpoint.token.unwrap()}` }
  });
  const { value } = answer.status === 200 ? parse(answer.text) : {};
  if (typeof value === "string" && value !== "") return new Secret(value);
  const remedy = "give the job permissions: id-token: write, and run it again";
  throw new RemedyError({
    code: "id-token-refused",
    subject: "GitHub's id token",
    cause: `GitHub answered ${answer.status} without one`,
    remedy
  });
}
async function exchangeToken(options, http) {
  const { token, answer, said = "" } = await tradeToken(options, http);
  if (token !== void 0) return token;
  const { organization, idToken } = options;
  const thing = `Pulumi Cloud's trust in this job (${wordsOf(options).who} of ${organization})`;
  const reason = `it answered ${answer.status}${said === "" ? "" : `, ${said}`}`;
  throw new RemedyError({
    code: "trust-refused",
    subject: thing,
    cause: `${reason}; the job's claims: ${describeJob(idToken)}`,
    remedy: remedyFor(said, issuerIn(idToken))
  });
}
async function tradeToken(options, http) {
  const { url, organization, idToken, expiration } = options;
  const { kind, scope } = wordsOf(options);
  const body = JSON.stringify({
    audience: `urn:pulumi:org:${organization}`,
    grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
    subject_token_type: "urn:ietf:params:oauth:token-type:id_token",
    requested_token_type: `urn:pulumi:token-type:access_token:${kind}`,
    subject_token: idToken.unwrap(),
    scope,
    expiration
  });
  const headers = { "content-type": "application/json" };
  const request = { method: "POST", url: `${url}/api/oauth/token`, headers, body, repeatable: true };
  const answer = await http(request);
  const { access_token: token, error_description: said, expires_in: seconds } = parse(answer.text);
  if (answer.status === 200 && typeof token === "string" && token !== "")
    return { token: new Secret(token), seconds: typeof seconds === "number" ? seconds : expiration };
  return { answer, said: typeof said === "string" ? said : "" };
}
function wordsOf(wish) {
  if ("team" in wish) return { kind: "team", scope: `team:${wish.team}`, who: `team ${wish.team}` };
  return { kind: "organization", scope: "admin", who: "administrator" };
}
var TOLD = [
  "iss",
  "aud",
  "sub",
  "repository",
  "repository_id",
  "ref",
  "base_ref",
  "event_name",
  "environment",
  "workflow_ref"
];
function describeJob(idToken) {
  const claims = claimsIn(idToken);
  const told = TOLD.filter((name) => claims[name] !== void 0);
  return told.map((name) => `${name} ${JSON.stringify(claims[name])}`).join(", ") || "not told";
}
function claimsIn(idToken) {
  const [, body = ""] = idToken.unwrap().split(".");
  return parse(Buffer.from(body, "base64url").toString("utf8"));
}
function issuerIn(idToken) {
  return String(claimsIn(idToken).iss ?? "");
}
var ENTERPRISE = /^https:\/\/token\.actions\.(?:githubusercontent\.com|[^/]+\.ghe\.com)\/([A-Za-z0-9-]+)$/;
function enterpriseIn(issuer) {
  return ENTERPRISE.exec(issuer)?.[1];
}
var DECLARED = "pulumi up of the organization's stack declares it";
var REMEDIES = [
  [
    /issuer|"iss"/i,
    `register GitHub's issuer with the organization that the stack's config names: ${DECLARED}`
  ],
  [/audience|"aud"/i, `the issuer's rules must name the audience urn:pulumi:org:ORGANIZATION: ${DECLARED}`],
  [/team|scope/i, "make the team that writes this environment: pulumi up of the stack that owns it"],
  [/expir/i, "let the issuer's tokens live 900 seconds or longer, and check the runner's clock"]
];
function remedyFor(said, issuer) {
  const slug = enterpriseIn(issuer);
  if (slug !== void 0 && /issuer|"iss"/i.test(said))
    return `the enterprise adds its slug to its issuer. If issuerEnterprise in the config is not ${slug}: pulumi config set issuerEnterprise ${slug} -s STACK, then pulumi up -s STACK, for the organization's stack`;
  const known = REMEDIES.find(([speaksOf]) => !/polic|rule/i.test(said) && speaksOf.test(said));
  if (known !== void 0) return known[1];
  return `compare this with the issuer's policies: ${DECLARED}, for the carriers, the branch and the environments in the stacks' config; a run from another branch, repository or workflow file is refused on purpose`;
}
function parse(text) {
  try {
    return { ...JSON.parse(text) };
  } catch {
    return {};
  }
}

// src/sync/job-identity.ts
async function authenticate(context, target) {
  const { catalog, env, url, http, mask } = context;
  if (catalog.syncAuthentication === "token") return storedToken(env.PULUMI_ACCESS_TOKEN ?? "");
  const organization = catalog.pulumiOrganization;
  const audience = `urn:pulumi:org:${organization}`;
  const idToken = await requestIdToken(idTokenEndpoint(env), audience, http);
  mask(idToken);
  const traded = await exchangeToken(
    { url, organization, team: target.team, idToken, expiration: TOKEN_SECONDS.sync },
    http
  );
  mask(traded);
  return traded;
}
function storedToken(stored) {
  if (stored !== "") return new Secret(stored);
  throw new RemedyError({
    code: "pulumi-token-missing",
    subject: "PULUMI_ACCESS_TOKEN",
    cause: "is not set, and the stack's config asks for a stored token",
    remedy: "set it in GitHub, or set syncAuthentication to oidc"
  });
}
function knowingRuns(identity, ledger) {
  if (runId(identity.run) !== void 0 || identity.hasAskedGitHub === true) return identity;
  const known = [runBefore(identity.run), newestRunIn(ledger)].filter((id) => id !== void 0);
  return { ...identity, run: handRun(known.length === 0 ? void 0 : Math.max(...known)) };
}

// src/clients/pulumi-proposals.ts
var AwaitingApprovalError = class extends RemedyError {
  constructor(escPath, request, made) {
    const how = made === void 0 ? "has waited for approval since an earlier run" : "was proposed and waits for approval";
    const applied = `somebody else approves and applies it in Pulumi Cloud (a CLI of 3.272 and newer: pulumi env change-request approve ${request} && pulumi env change-request apply ${request})`;
    const remedy = made === void 0 ? `${applied}, or closes it where a newer value has come since; the next run proposes what is then missing` : `${applied}; the next run finds it done`;
    super({
      code: "approval-pending",
      subject: escPath,
      cause: `the change ${how} (change request ${request})`,
      remedy
    });
    this.made = made;
  }
  made;
};
function withProposals(cloud, call, guarded, proposer) {
  const ours = /* @__PURE__ */ new Map();
  const isOurs = (escPath, { id, revision }) => ours.get(escPath)?.request === id && ours.get(escPath)?.revision === revision;
  return {
    ...cloud,
    write: async (escPath, text, etag) => {
      if (!guarded.has(escPath)) return cloud.write(escPath, text, etag);
      const isOwn = (each) => isOurs(escPath, each) || proposer.isOwn(each);
      const standing2 = await refuseOthers(escPath, call, { ...proposer, isOwn }, text);
      if (standing2 !== void 0 && standing2.status !== DRAFT)
        throw new AwaitingApprovalError(escPath, standing2.id, ours.get(escPath));
      const made = standing2 === void 0 ? await draft(escPath, call, text, etag) : await sameDraft(escPath, call, text, standing2);
      ours.set(escPath, made);
      await submit(escPath, call, made.request, proposer.origin);
      throw new AwaitingApprovalError(escPath, made.request, made);
    }
  };
}
async function refuseOthers(escPath, call, proposer, text) {
  const standing2 = await openRequest(call, escPath);
  if (standing2 === void 0 || standing2.status === DRAFT) return standing2;
  if (await proposer.isOwn(standing2) || await holds(escPath, call, standing2.id, text)) return standing2;
  throw new RemedyError({
    code: "approval-pending-for-others",
    subject: escPath,
    cause: `another change of it waits for approval (change request ${standing2.id}), and one at a time can`,
    remedy: `look at it in Pulumi Cloud (a CLI of 3.272 and newer: pulumi env change-request diff ${standing2.id}); apply or close it, then run this again`
  });
}
var DRAFT = "draft";
function drafts(escPath, call) {
  return `/api/esc/environments/${call.organization}/${escPath}/drafts`;
}
async function draft(escPath, call, text, etag) {
  const request = { method: "POST", headers: { etag }, body: text };
  const answer = await call(escPath, drafts(escPath, call), request);
  const { changeRequestId, latestRevisionNumber } = parseAnswer(escPath, answer);
  if (typeof changeRequestId === "string")
    return { request: changeRequestId, revision: Number(latestRevisionNumber ?? 1) };
  throw notTheService(escPath, "names no change request");
}
async function sameDraft(escPath, call, text, { id, revision }) {
  if (await holds(escPath, call, id, text)) return { request: id, revision };
  const reason = `somebody has a draft of it that is not submitted (change request ${id}), and one at a time can`;
  const remedy = `if nobody works on it, close it in Pulumi Cloud (a CLI of 3.272 and newer: pulumi env change-request close ${id}), then run this again`;
  throw new RemedyError({ code: "draft-open", subject: escPath, cause: reason, remedy });
}
async function holds(escPath, call, id, text) {
  try {
    const answer = await call(escPath, `${drafts(escPath, call)}/${encodeURIComponent(id)}`);
    return answer.text === text;
  } catch (error) {
    if (error instanceof NotFoundError) return false;
    throw error;
  }
}
async function submit(escPath, call, id, origin) {
  const path = `/api/change-requests/${call.organization}/${encodeURIComponent(id)}/submit`;
  const body = JSON.stringify({ description: origin });
  await call(escPath, path, { method: "POST", body, repeatable: true });
}
var OVER = /* @__PURE__ */ new Set(["applied", "closed", "merged", "rejected"]);
async function openRequest(call, escPath) {
  const base = `/api/change-requests/${call.organization}?entityType=environment`;
  const seen = /* @__PURE__ */ new Set();
  for (let token = ""; ; ) {
    const path = token === "" ? base : `${base}&continuationToken=${encodeURIComponent(token)}`;
    const page = parseAnswer(escPath, await call(escPath, path));
    if (!Array.isArray(page.changeRequests)) throw notTheService(escPath, "lists no change requests");
    const found = page.changeRequests.find((each) => isOpenChange(each, escPath));
    if (found !== void 0) return standingIn(found);
    token = page.continuationToken ?? "";
    if (token === "") return void 0;
    if (seen.has(token)) throw notTheService(escPath, "repeats itself");
    seen.add(token);
  }
}
function standingIn({
  id,
  status,
  description,
  latestRevisionNumber,
  createdBy
}) {
  const about = { description: description ?? "", by: createdBy?.githubLogin ?? "" };
  return { id, status, ...about, revision: latestRevisionNumber ?? 1 };
}
function isOpenChange({ status, action, entity }, escPath) {
  const isChange2 = action !== "open" && !OVER.has(status);
  return isChange2 && `${entity?.project}/${entity?.name}` === escPath;
}

// src/ledger/ledger-store.ts
var import_node_util2 = require("node:util");
var import_yaml3 = __toESM(require_dist());

// src/clients/write-rounds.ts
var import_promises2 = require("node:timers/promises");
var ROUNDS = 5;
var ROUNDS_OF_SHARERS = 30;
var ROUNDS_WHEN_DOWN = 2;
var LONGEST_PAUSE_MS = 400;
async function inRounds(options, attempt) {
  let failure;
  for (let number = 1; ; number += 1) {
    let sent = false;
    const sends = () => {
      sent = true;
    };
    try {
      return await attempt({ number, failure, sends });
    } catch (error) {
      if (number >= roundsAfter(error, sent, options.isShared === true)) throw error;
      failure = error;
      await pauseBeforeRound(number);
    }
  }
}
async function pauseBeforeRound(number) {
  await (0, import_promises2.setTimeout)(Math.random() * LONGEST_PAUSE_MS * Math.min(number, ROUNDS));
}
function roundsAfter(error, sent, isShared) {
  if (error instanceof ConflictError) return isShared ? ROUNDS_OF_SHARERS : ROUNDS;
  if (sent && error instanceof NoAnswerError) return ROUNDS;
  return sent && error instanceof UnavailableError ? ROUNDS_WHEN_DOWN : 1;
}

// src/ledger/ledger-store.ts
function ledgerAt(cloud, place, isShared = false) {
  const edit = (read, next) => inRounds({ isShared }, async ({ sends }) => {
    const stored = await read();
    const text = await next(ledgerTextOf(stored, place));
    if (text === void 0) return;
    sends();
    await cloud.write(place, text, stored.etag);
  });
  return {
    place,
    read: async () => parseLedger(ledgerTextOf(await cloud.read(place), place)),
    open: async () => parseLedger(ledgerTextOf(await cloud.decrypt(place), place)),
    update: (change) => edit(
      () => cloud.read(place),
      (text) => changed(text, change(parseLedger(text)))
    ),
    replace: (next) => edit(
      () => cloud.decrypt(place),
      async (text) => {
        const ledger = await next(parseLedger(text));
        const rendered2 = ledger && renderLedger(ledger);
        return rendered2 === renderLedger(parseLedger(text)) ? void 0 : rendered2;
      }
    )
  };
}
function ledgerTextOf({ text, revision }, place) {
  if (revision === 1 || text.trim() !== "") return text;
  throw new RemedyError({
    code: "ledger-empty",
    subject: place,
    cause: `the ledger's text is empty at revision ${revision}`,
    remedy: "run again; if it stays empty, restore an earlier revision (pulumi env version rollback), or write values: {} there (pulumi env edit)"
  });
}
function changed(text, change) {
  const parsed = boundedDocument(text);
  const isLedger = (0, import_yaml3.isMap)(parsed?.getIn(["values", "ledger"]));
  const document = parsed !== void 0 && isLedger ? parsed : (0, import_yaml3.parseDocument)("values:\n  ledger: {}\n");
  const known = parseLedger(text);
  let isChanged = false;
  const set = (path, standing2, next) => {
    if (next === void 0 ? !document.hasIn(path) : (0, import_node_util2.isDeepStrictEqual)(standing2, next)) return;
    isChanged = true;
    if (next === void 0) document.deleteIn(path);
    else put(document, path, next);
  };
  if ("paused" in change) set(["values", "ledger", "paused"], known.paused, change.paused);
  for (const [name, entry2] of Object.entries(change.entries ?? {}))
    set(["values", "ledger", "secrets", name], known.secrets[name], entry2);
  for (const [name, open] of Object.entries(change.cases ?? {}))
    set(["values", "ledger", "cases", name], known.cases?.[name], open);
  return isChanged ? document.toString({ lineWidth: 0 }) : void 0;
}
function put(document, path, value) {
  for (let depth = 1; depth < path.length; depth += 1) {
    const above = document.getIn(path.slice(0, depth), true);
    if ((0, import_yaml3.isMap)(above)) above.flow = false;
    else document.setIn(path.slice(0, depth), document.createNode({}));
  }
  const node = document.createNode(value);
  if ((0, import_yaml3.isNode)(node)) document.setIn(path, node);
}
function ownPart(ledger, shard) {
  if (shard === void 0) return ledger;
  const own = Object.entries(ledger.revisions).filter(([key]) => key.endsWith(`@${shard}`));
  const revisions = own.map(([key, revision]) => [key.slice(0, -shard.length - 1), revision]);
  return { ...ledger, revisions: Object.fromEntries(revisions) };
}
function withPart(whole, part, shard) {
  if (shard === void 0) return part;
  const others = Object.entries(whole.revisions).filter(([key]) => !key.endsWith(`@${shard}`));
  const own = Object.entries(part.revisions).map(([group, revision]) => [`${group}@${shard}`, revision]);
  return { ...part, revisions: Object.fromEntries([...others, ...own]) };
}

// src/sync/proposing-cloud.ts
function proposingCloud({ approvals, groups }, cloud, call, proposer) {
  return approvals === true ? withProposals(cloud, call(), new Set(Object.values(groups)), proposer) : cloud;
}
function syncProposer(run, { ledger }, cloud) {
  return {
    origin: `sync, ${run}`,
    isOwn: async ({ id, revision }) => {
      const { proposed = {} } = await ledgerAt(cloud, ledger).read();
      return Object.values(proposed).some((each) => each.request === id && each.revision === revision);
    }
  };
}

// src/sync/refused-text.ts
var import_yaml5 = __toESM(require_dist());

// src/sync/secret-node.ts
var import_yaml4 = __toESM(require_dist());
var PLAIN2 = /^(?!\n)[\t\n\r\x20-\x7e]*$/;
var ACTED_ON = /\$[{$]/;
function secretNode(value) {
  const text = value.unwrap();
  if (PLAIN2.test(text) && !ACTED_ON.test(text)) return { "fn::secret": quoted(text) };
  return { "fn::fromBase64": { "fn::secret": quoted(Buffer.from(text, "utf8").toString("base64")) } };
}
function readSecretNode(node) {
  if (!isCall(node)) return void 0;
  const encoded = node.getIn(["fn::fromBase64", "fn::secret"]);
  if (typeof encoded === "string") return new Secret(Buffer.from(encoded, "base64").toString("utf8"));
  const plain = node.get("fn::secret", true);
  const text = (0, import_yaml4.isScalar)(plain) ? textOf(plain) : void 0;
  return text === void 0 ? void 0 : new Secret(text);
}
function textOf({ value, source }) {
  if (typeof value === "string") return value;
  const isTooLong = source !== void 0 && /^0[xo]/.test(source) && BigInt(source) >= 2n ** 64n;
  return isTooLong ? source : void 0;
}
function isCall(node) {
  if (!(0, import_yaml4.isMap)(node) || node.items.length !== 1) return false;
  const key = node.items[0]?.key;
  return (0, import_yaml4.isScalar)(key) && typeof key.value === "string" && key.value.startsWith("fn::");
}
function quoted(text) {
  const scalar = new import_yaml4.Scalar(text);
  scalar.type = import_yaml4.Scalar.QUOTE_DOUBLE;
  return scalar;
}

// src/sync/refused-text.ts
function namedRefusal(error, environment, text, team) {
  if (!(error instanceof RefusedTextError)) return error;
  const things = thingsAt(text, error.lines);
  const imports = things.flatMap(({ imported }) => imported ?? []);
  if (things.length === 0) return error;
  const what = namesIn([...new Set(things.map(({ told }) => told))]);
  const isImport = imports.length > 0;
  return new RemedyError(
    {
      code: "environment-text-refused",
      subject: environment,
      cause: `Pulumi Cloud refuses its text for ${what}${isImport ? ": it does not exist, or this token may not read it" : ""}. Nothing of this environment was written`,
      remedy: isImport ? `give the team ${team} read on ${namesIn([...new Set(imports)])} in Pulumi Cloud, or take the import out: pulumi env edit ${environment}` : `make it right, or take it out: pulumi env edit ${environment}`
    },
    { cause: error }
  );
}
function thingsAt(text, lines) {
  const contents = boundedDocument(text)?.contents;
  if (!(0, import_yaml5.isMap)(contents)) return [];
  const found = [];
  const at = (node) => lines.includes(lineOf(text, node));
  const imports = contents.get("imports", true);
  if ((0, import_yaml5.isSeq)(imports))
    for (const item of imports.items.filter(at)) {
      const imported = (0, import_yaml5.isScalar)(item) ? String(item.value) : void 0;
      found.push(
        imported === void 0 ? { told: "an import with options" } : { told: `the import ${imported}`, imported }
      );
    }
  const visit3 = (node, path) => {
    if (!(0, import_yaml5.isMap)(node)) return;
    for (const { key, value } of node.items) {
      if (!(0, import_yaml5.isScalar)(key)) continue;
      const name = String(key.value);
      const isAt = at(key) || value !== null && at(value);
      if (isCall(node) && isAt) found.push({ told: `${name} at ${path.join(".")}` });
      visit3(value, isCall(node) ? path : [...path, name]);
    }
  };
  visit3(contents.get("values", true), []);
  return found;
}
function lineOf(text, { range }) {
  return range ? text.slice(0, range[0]).split("\n").length : 0;
}

// src/sync/since-queued.ts
var import_yaml8 = __toESM(require_dist());

// src/sync/values-text.ts
var import_yaml7 = __toESM(require_dist());

// src/sync/splice-text.ts
var import_node_util3 = require("node:util");
var import_yaml6 = __toESM(require_dist());
var ONE_LINE = { lineWidth: 0, doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER };
function editedText(text, edited) {
  const spliced = splicedText(text, edited);
  if (spliced !== void 0) return spliced;
  const whole = hasLostAnchor(edited) ? void 0 : edited.toString(ONE_LINE);
  return whole !== void 0 && (0, import_node_util3.isDeepStrictEqual)(commentsIn(whole), commentsIn(text)) ? whole : void 0;
}
function hasLostAnchor(document) {
  let found = false;
  (0, import_yaml6.visit)(document, {
    Alias: (_, alias) => {
      found ||= alias.resolve(document) === void 0;
    }
  });
  return found;
}
var NotSpliced = class extends Error {
};
function splicedText(text, edited) {
  const before = boundedDocument(text);
  if (!(0, import_yaml6.isMap)(before?.contents) || !(0, import_yaml6.isMap)(edited.contents) || before.contents.flow) return void 0;
  try {
    const splices = differences(text, before.contents, edited.contents).reverse();
    const next = splices.toSorted((a, b) => b.from - a.from).reduce((all, { from, to, text: piece }) => `${all.slice(0, from)}${piece}${all.slice(to)}`, text);
    const read = boundedDocument(next);
    const isSame = read !== void 0 && JSON.stringify(read.toJS()) === JSON.stringify(edited.toJS());
    return isSame && (0, import_node_util3.isDeepStrictEqual)(commentsIn(text), commentsIn(next)) ? next : void 0;
  } catch (error) {
    if (error instanceof NotSpliced || error instanceof ReferenceError) return void 0;
    throw error;
  }
}
function commentsIn(text) {
  const found = [];
  let isScalarText = false;
  for (const part of new import_yaml6.Lexer().lex(text)) {
    if (part.startsWith("#") && !isScalarText) found.push(part.trim());
    isScalarText = part === SCALAR_FOLLOWS;
  }
  return found.sort();
}
var SCALAR_FOLLOWS = "";
function differences(text, before, after) {
  const added = after.items.filter((pair) => pairIn(before, pair) === void 0);
  const removed = before.items.filter((pair) => pairIn(after, pair) === void 0);
  const both = after.items.flatMap((pair) => {
    const standing2 = pairIn(before, pair);
    return standing2 === void 0 ? [] : changes(text, standing2, pair);
  });
  return [
    ...both,
    ...removed.map((pair) => ({ from: lineStart(text, pair), to: lineEnd(text, endOf(pair)), text: "" })),
    ...added.length === 0 ? [] : [insertion(text, before, added)]
  ];
}
function changes(text, before, after) {
  const [was, is] = [before.value, after.value];
  if ((0, import_yaml6.isMap)(was) && (0, import_yaml6.isMap)(is) && isOpen(was) && isOpen(is)) return differences(text, was, is);
  if (isUnchanged(was, is)) return [];
  const from = lineStart(text, before);
  const column = startOf(before) - from;
  return [{ from: startOf(before), to: endOf(before), text: rendered(text, after, column) }];
}
function isOpen(map) {
  return !map.flow && map.items.length > 0 && !isCall(map);
}
function isUnchanged(was, is) {
  const [from, to] = [was?.range, is?.range];
  if (!(0, import_node_util3.isDeepStrictEqual)(from, to)) return false;
  return !(0, import_yaml6.isScalar)(was) || !(0, import_yaml6.isScalar)(is) || was.value === is.value;
}
function insertion(text, map, added) {
  const [first] = map.items;
  const last = map.items.at(-1);
  if (first === void 0 || last === void 0) throw new NotSpliced();
  const column = startOf(first) - lineStart(text, first);
  const at = lineEnd(text, endOf(last));
  const lines = added.map((pair) => `${" ".repeat(column)}${rendered(text, pair, column)}`);
  const lineBreak = breakOf(text);
  const isAtEnd = !text.slice(0, at).endsWith("\n");
  const piece = lines.join(lineBreak);
  return { from: at, to: at, text: isAtEnd ? `${lineBreak}${piece}` : `${piece}${lineBreak}` };
}
function rendered(text, { key, value }, column) {
  const name = new import_yaml6.Scalar((0, import_yaml6.isScalar)(key) ? key.value : key);
  const map = new import_yaml6.YAMLMap();
  map.add({ key: name, value });
  const document = new import_yaml6.Document(null);
  document.contents = map;
  const lines = document.toString(ONE_LINE).trimEnd().split("\n");
  return lines.join(`${breakOf(text)}${" ".repeat(column)}`);
}
function breakOf(text) {
  return text.includes("\r\n") ? "\r\n" : "\n";
}
function pairIn({ items }, { key }) {
  const name = (0, import_yaml6.isScalar)(key) ? key.value : key;
  return items.find((pair) => ((0, import_yaml6.isScalar)(pair.key) ? pair.key.value : pair.key) === name);
}
function startOf({ key }) {
  const [start] = ((0, import_yaml6.isScalar)(key) ? key.range : void 0) ?? [];
  if (start === void 0) throw new NotSpliced();
  return start;
}
function endOf({ value }) {
  if ((0, import_yaml6.isCollection)(value) && !value.flow) {
    const last = value.items.at(-1);
    if (last === void 0) throw new NotSpliced();
    return "value" in last && "key" in last ? endOf(last) : endOf({ value: last });
  }
  const end = value?.range?.[1];
  if (end === void 0) throw new NotSpliced();
  return end;
}
function lineStart(text, pair) {
  const start = startOf(pair);
  const from = text.lastIndexOf("\n", start - 1) + 1;
  if (text.slice(from, start).trim() !== "") throw new NotSpliced();
  return from;
}
function lineEnd(text, at) {
  if (at > 0 && text[at - 1] === "\n") return at;
  const end = text.indexOf("\n", at);
  return end < 0 ? text.length : end + 1;
}

// src/sync/values-text.ts
var ValuesText = class {
  /** @throws RemedyError when the text is not a YAML mapping; the text is not quoted. */
  constructor(text, appRoot, deployment) {
    this.text = text;
    this.appRoot = appRoot;
    this.deployment = deployment;
    const document = boundedDocument(text, { customTags: exactNumbers });
    if (document !== void 0 && ((0, import_yaml7.isMap)(document.contents) || isNothing(document.contents))) {
      this.document = document;
      return;
    }
    throw new RemedyError({
      code: "environment-text-invalid",
      subject: deployment,
      cause: "its text is not a YAML mapping, or is larger than any of ours",
      remedy: "restore an earlier revision of it"
    });
  }
  text;
  appRoot;
  deployment;
  document;
  /** Whether the text has a mapping of values, be it an empty one. One without says nothing of what stood. */
  hasValues() {
    return (0, import_yaml7.isMap)(this.node(["values"]));
  }
  /** Whether a value stands at the secret's place: in plain text, as ciphertext or as a person wrote it. A reference is none. */
  has(secret) {
    const node = this.node(this.place(secret));
    return !isNothing(node) && !((0, import_yaml7.isScalar)(node) && String(node.value).includes("${"));
  }
  /**
   * Whether the variable of the secret's name refers to the value at its place. Where it does not, the catalog has
   * moved the secret, and what stands there may be another one's.
   */
  isBound(secret) {
    const { path, text } = this.variable(secret);
    return isCall(this.node(this.place(secret))) && this.document.getIn(path) === text;
  }
  /** Whether everything that refers to the secret's value stands and is right. */
  isMapped(secret) {
    if (this.hasOutlived(secret)) return false;
    return this.references(secret).every(({ path, text }) => this.document.getIn(path) === text);
  }
  /** Whether something refers to the value under a name that is due to go. */
  hasOutlived(secret) {
    return this.outlived(secret).length > 0;
  }
  /** Whether anything of the secret stands: its value, or something of ours that refers to it. */
  remains(secret) {
    return !isNothing(this.node(this.place(secret))) || this.standing(secret).length > 0;
  }
  /** Whether a variable of that name stands. */
  hasVariable(name) {
    return !isNothing(this.node(variableOf(name)));
  }
  /** Why the secret cannot be written: something that is not ours stands in its way. Names places, never what they hold. */
  obstacle(secret) {
    const places = [this.place(secret), ...this.references(secret).map(({ path }) => path)];
    for (const place of places) {
      for (let depth = 1; depth < place.length; depth += 1) {
        const above = place.slice(0, depth);
        const node2 = this.node(above);
        if (isNothing(node2)) break;
        if (!(0, import_yaml7.isMap)(node2) || isCall(node2)) return `${above.join(".")} in ESC is not a mapping; ${FIX_BY_HAND}`;
      }
      const node = this.node(place);
      if (isNothing(node) || (0, import_yaml7.isScalar)(node) || isCall(node)) continue;
      return `${place.join(".")} in ESC holds more than one value; ${FIX_BY_HAND}`;
    }
    return void 0;
  }
  /** The value at the secret's place, when the text holds it in plain text. */
  read(secret) {
    return readSecretNode(this.node(this.place(secret)));
  }
  /**
   * What stands at the secret's place; where nothing does, what its variable refers to, under the name it has or had:
   * the text may be older than the catalog. Undefined where there is nothing.
   */
  stored(secret) {
    const variables = [secret.name, ...secret.aliases].map((name) => this.document.getIn(variableOf(name)));
    const places = variables.flatMap((text) => /^\$\{([\w.-]+)\}$/.exec(String(text))?.[1] ?? []);
    const nodes = [this.place(secret), ...places.map((path) => ["values", ...path.split(".")])].map(
      (path) => this.node(path)
    );
    return nodes.find((node) => !isNothing(node));
  }
  /** Puts what another revision of this environment held at the secret's place: ciphertext as it is. */
  putBack(secret, earlier) {
    const node = earlier.stored(secret);
    if ((0, import_yaml7.isNode)(node)) this.put(this.place(secret), node.clone());
  }
  /** Puts a value at the secret's place. */
  set(secret, value) {
    this.put(this.place(secret), this.document.createNode(secretNode(value)));
  }
  /** Puts everything that refers to the secret's value: further app keys, variables, Pulumi config. */
  map(secret) {
    for (const { path } of this.outlived(secret)) this.take(path);
    for (const { path, text } of this.references(secret)) this.put(path, text);
  }
  /** Takes the value and everything of ours that refers to it away. */
  remove(secret) {
    for (const { path } of this.standing(secret)) this.take(path);
    this.take(this.place(secret));
  }
  /**
   * The text with what was changed, and all else of it as people wrote it.
   *
   * @throws RemedyError where it cannot be written so without losing a comment of theirs.
   */
  toString() {
    const text = editedText(this.text, this.document);
    if (text !== void 0) return text;
    throw new RemedyError({
      code: "environment-text-kept",
      subject: this.deployment,
      cause: "its text was not written, because a comment or an anchor of people's would be lost: it stands in braces, or at what the sync writes",
      remedy: `move it to a line of its own outside of braces (pulumi env edit ${this.deployment}), then sync again`
    });
  }
  place(secret) {
    return ["values", this.appRoot, ...(secret.paths[0] ?? secret.name).split(".")];
  }
  variable(secret) {
    const text = `\${${this.place(secret).slice(1).join(".")}}`;
    return { path: variableOf(secret.name), text };
  }
  references(secret) {
    const { path, text } = this.variable(secret);
    const further = secret.paths.slice(1).map((each) => ["values", this.appRoot, ...each.split(".")]);
    const config = secret.pulumiConfig === void 0 ? [] : [["values", "pulumiConfig", secret.pulumiConfig]];
    const former = secret.former === void 0 || secret.former.due === true ? [] : [variableOf(secret.former.name)];
    return [...further, path, ...former, ...config].map((each) => ({ path: each, text }));
  }
  /** References of a former name that is due: those that stand as the sync wrote them. */
  outlived(secret) {
    const { former } = secret;
    if (former?.due !== true) return [];
    const { text } = this.variable(secret);
    const key = former.path === void 0 ? [] : [["values", this.appRoot, ...former.path.split(".")]];
    const paths = [variableOf(former.name), ...key];
    return paths.filter((path) => this.document.getIn(path) === text).map((path) => ({ path }));
  }
  /** References that stand as the sync wrote them, those of a former name included. */
  standing(secret) {
    const ours = this.references(secret).filter(({ path, text }) => this.document.getIn(path) === text);
    return [...ours, ...this.outlived(secret)];
  }
  /** Takes a node away, and the mappings above it that are empty then; `values` stays. */
  take(path) {
    if (isNothing(this.node(path))) return;
    this.document.deleteIn(path);
    const above = path.slice(0, -1);
    const node = this.node(above);
    if (!(0, import_yaml7.isMap)(node) || node.items.length > 0) return;
    if (above.length > 1) this.take(above);
    else node.flow = true;
  }
  node(path) {
    return this.document.getIn(path, true);
  }
  /** Sets a node, making the mappings above it; `values: {}` of a new environment is flow style and would stay so. */
  put(path, node) {
    for (let depth = 0; depth < path.length; depth += 1) {
      const above = path.slice(0, depth);
      const standing2 = depth === 0 ? this.document.contents : this.node(above);
      if ((0, import_yaml7.isMap)(standing2)) standing2.flow = false;
      else this.putMapping(above, standing2);
    }
    if ((0, import_yaml7.isNode)(node)) node.range = null;
    this.document.setIn(path, node);
  }
  /** A mapping where nothing stands, or a key without a value, whose comment it takes over. */
  putMapping(path, before) {
    const mapping = this.document.createNode({});
    mapping.flow = false;
    if ((0, import_yaml7.isScalar)(before)) mapping.commentBefore = before.comment ?? before.commentBefore ?? null;
    if (path.length === 0) this.document.contents = mapping;
    else this.document.setIn(path, mapping);
  }
};
function variableOf(name) {
  return ["values", "environmentVariables", name];
}
var FIX_BY_HAND = "move it away by hand (pulumi env edit), then sync again";
function isNothing(node) {
  return node === void 0 || node === null || (0, import_yaml7.isScalar)(node) && node.value === null;
}
var NUMBERS = ["tag:yaml.org,2002:int", "tag:yaml.org,2002:float"];
function exactNumbers(tags) {
  return tags.map((tag) => {
    if (typeof tag === "string" || !NUMBERS.includes(tag.tag)) return tag;
    const { stringify: stringify2 } = tag;
    const exact = {
      ...tag,
      stringify: (node, ...rest) => node.source ?? stringify2?.(node, ...rest) ?? String(node.value)
    };
    return exact;
  });
}

// src/sync/since-queued.ts
async function queueTime(env, http) {
  const { GITHUB_API_URL: api, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: run, GITHUB_TOKEN: token } = env;
  if (!api || !repository || !run || !token) return void 0;
  const headers = {
    authorization: `Bearer ${token}`,
    accept: "application/vnd.github+json",
    "user-agent": "sophia-secrets"
  };
  const url = `${api}/repos/${repository}/actions/runs/${run}`;
  try {
    const { status, text } = await http({ method: "GET", url, headers });
    const { created_at: at } = status === 200 ? JSON.parse(text) : {};
    return typeof at === "string" && !Number.isNaN(Date.parse(at)) ? at : void 0;
  } catch {
    return void 0;
  }
}
var LOOKED_AT = 100;
async function setSinceQueued({ environment, appRoot, secrets, ledger, left, current, text }, queued, cloud) {
  const revisions = await cloud.revisions.list(environment, LOOKED_AT);
  const stood = revisions.find(
    ({ created, retracted }) => !retracted && Date.parse(created) <= Date.parse(queued)
  );
  const from = Math.max(stood?.number ?? 0, left ?? 0);
  if (from >= current.revision) return {};
  const before = new ValuesText(
    from === 0 ? "" : await cloud.revisions.text(environment, from),
    appRoot,
    environment
  );
  const isSet = (secret) => sealedText(before, secret) !== sealedText(text, secret);
  const isProposed = ({ name }) => ledger.proposed?.[name] !== void 0;
  const who = `somebody wrote revision ${current.revision} of ${environment} after this run was queued and set`;
  return Object.fromEntries(
    secrets.filter((secret) => isSet(secret) && !isProposed(secret)).map(({ name }) => [name, who])
  );
}
function sealedText(text, secret) {
  const node = text.stored(secret);
  return JSON.stringify((0, import_yaml8.isMap)(node) || (0, import_yaml8.isScalar)(node) ? node.toJSON() : null);
}

// src/sync/sync-group.ts
async function viewGroup(job, cloud) {
  return keepNewer(job, await lookAt(job, cloud), cloud);
}
async function keepNewer(job, view, cloud) {
  const { environment, appRoot, secrets, beginning, ledger, group } = job;
  const mayLose = view.lines.some(({ writes }) => writes === "value" || writes === "removal");
  if (!mayLose || ledger.revisions[group] === view.current.revision) return view;
  const newer = await beginning.sinceQueued(environment, (queued) => {
    const found = { environment, appRoot, secrets, ledger, left: ledger.revisions[group], ...view };
    return setSinceQueued(found, queued, cloud);
  });
  const lines = view.lines.map((line) => {
    const who = newer[line.name];
    const isOurs = beginning.isKnownToBeOlder(line.name, view.fingerprints[line.name] ?? "", ledger);
    return who === void 0 || isOurs ? line : refuseOlder(line, who, view.fingerprints[line.name]);
  });
  return { ...view, lines };
}
async function lookAt(job, cloud) {
  if (job.compares) return compareGroup(job, cloud);
  const current = await cloud.read(job.environment);
  const text = new ValuesText(current.text, job.appRoot, job.environment);
  return viewOf(job, current, text, await fingerprintsOf(job, current, text, cloud));
}
async function compareGroup(job, cloud) {
  const clear = await cloud.decrypt(job.environment);
  const values = new ValuesText(clear.text, job.appRoot, job.environment);
  const view = viewOf(job, clear, values, fingerprintsIn(job, values));
  if (!view.lines.some(isChange)) return view;
  const current = await cloud.read(job.environment);
  if (current.revision !== clear.revision) {
    const ledger = { ...job.ledger, revisions: {} };
    return lookAt({ ...job, ledger, compares: false }, cloud);
  }
  return { ...view, current, text: new ValuesText(current.text, job.appRoot, job.environment) };
}
function viewOf(job, current, text, fingerprints) {
  const lines = plan(
    job.secrets,
    job.input,
    standing(job, current, text, fingerprints),
    job.key,
    job.options.names
  );
  return { current, text, lines: [...lines, ...misplaced(job, text)], fingerprints };
}
async function writeGroup(job, { current, text, lines }, cloud) {
  for (const line of lines.filter(isChange)) write(job, line, text);
  const next = text.toString();
  const revision = await cloud.write(job.environment, next, current.etag).catch((error) => {
    throw namedRefusal(error, job.environment, next, job.team);
  });
  if (revision > current.revision) return revision;
  throw new RemedyError({
    code: "write-not-carried-out",
    subject: job.environment,
    cause: `the service says that it wrote, and revision ${revision} is not newer than ${current.revision}`,
    remedy: "run again: it reads what is there, and writes what is missing"
  });
}
function misplaced(job, text) {
  const { names: names2 } = job.options;
  const here = job.elsewhere.filter(({ name }) => names2?.has(name) !== false && text.hasVariable(name));
  return here.map(({ name, group }) => {
    const reason = `its group is ${group}, but an old value is still in ${job.environment}; remove it and its variable there (pulumi env edit)`;
    return { name, verb: "refused", code: "blocked", reason };
  });
}
function standing(job, { revision }, text, fingerprints) {
  const those = (test) => new Set(job.secrets.filter(test).map((secret) => secret.name));
  const entries = Object.entries(job.ledger.secrets);
  const { beginning, environment, ledger } = job;
  return {
    present: those((secret) => text.has(secret)),
    bound: those((secret) => text.isBound(secret)),
    remaining: those((secret) => text.remains(secret)),
    outlived: those((secret) => text.hasOutlived(secret)),
    mapped: those((secret) => text.isMapped(secret)),
    obstacles: Object.fromEntries(job.secrets.map((secret) => [secret.name, text.obstacle(secret)])),
    fingerprints,
    defaulted: new Set(entries.filter(([, entry2]) => entry2.source === "default").map(([name]) => name)),
    newer: {
      ...beginning.changedSince(environment, { revision, fingerprints }, ledger),
      ...beginning.laterWriters(ledger)
    }
  };
}
async function fingerprintsOf(job, current, text, cloud) {
  if (!job.secrets.some((secret) => text.has(secret))) return {};
  if (job.ledger.key !== void 0 && job.ledger.revisions[job.group] === current.revision) {
    const bound = new Set(job.secrets.filter((secret) => text.isBound(secret)).map(({ name }) => name));
    const entries = Object.entries(job.ledger.secrets).filter(([name]) => bound.has(name));
    return Object.fromEntries(entries.map(([name, entry2]) => [name, entry2.fingerprint]));
  }
  const clear = await cloud.decrypt(job.environment);
  return fingerprintsIn(job, new ValuesText(clear.text, job.appRoot, job.environment));
}
function fingerprintsIn({ secrets, key }, values) {
  const pairs = secrets.map((secret) => {
    const value = values.read(secret);
    return [secret.name, value === void 0 ? void 0 : fingerprint(key, secret.name, value)];
  });
  return Object.fromEntries(pairs);
}
function write(job, line, text) {
  const secret = job.secrets.find((each) => each.name === line.name);
  if (secret === void 0) throw new Error(`plan names ${line.name}, which is not of this group`);
  if (line.writes === "removal") {
    text.remove(secret);
    return;
  }
  if (line.writes === "value") {
    const choice = chooseValue(secret, job.input);
    if (choice.kind !== "value") throw new Error(`plan names ${line.name}, which has no value`);
    text.set(secret, choice.value);
  }
  text.map(secret);
}

// src/sync/sync-groups.ts
async function syncGroups(job, cloud, earlier) {
  const seen = await Promise.all(jobsOf(job).map((each) => look(each, cloud)));
  const intents = seen.map(({ view }) => view === void 0 ? {} : { lines: view.lines });
  const writes = !job.options.dryRun && intents.some(({ lines }) => lines?.some(isChange));
  const brake = brakeOf(intents, job.options, job.catalog.changeLimit, job.beginning.identity.allowMany);
  if (brake === void 0 && writes)
    await job.announce(intents.flatMap(({ lines = [] }) => lines.filter(isChange)));
  return Promise.all(
    seen.map(async (each) => {
      const before = earlier.find(({ group }) => group === each.job.group)?.lines ?? [];
      return brake === void 0 ? carryOut(each, job.options, cloud, before) : holdBack(each, brake, before);
    })
  );
}
function jobsOf({
  target,
  catalog,
  input,
  options,
  ledger,
  key,
  beginning,
  compares
}) {
  const here = catalog.secrets.filter((secret) => secret.environments.includes(target.environment));
  const common = {
    appRoot: catalog.appRoot,
    team: target.team,
    input,
    options,
    ledger,
    key,
    beginning,
    compares
  };
  return Object.entries(target.groups).map(([group, environment]) => {
    const secrets = here.filter((secret) => secret.group === group);
    const elsewhere = here.filter((secret) => secret.group !== group);
    return { ...common, group, environment, secrets, elsewhere };
  }).filter(
    ({ secrets }) => options.names === void 0 || secrets.some(({ name }) => options.names?.has(name))
  );
}
async function look(job, cloud) {
  try {
    return { job, view: await viewGroup(job, cloud) };
  } catch (error) {
    return { job, failure: describeError(error) };
  }
}
async function carryOut(seen, options, cloud, before) {
  const { group, environment } = seen.job;
  if (seen.view === void 0) return { group, environment, lines: before, failure: seen.failure };
  const { lines, current } = seen.view;
  const all = withEarlier(lines, before);
  if (options.dryRun || !lines.some(isChange))
    return { group, environment, lines: all, revision: current.revision };
  try {
    return { group, environment, lines: all, revision: await writeGroup(seen.job, seen.view, cloud) };
  } catch (error) {
    if (error instanceof AwaitingApprovalError) {
      const pending = notCarriedOut2(lines, "pending");
      const proposal2 = error.made === void 0 ? {} : { proposal: error.made };
      return { group, environment, lines: pending, awaiting: error.message, ...proposal2 };
    }
    const lost = error instanceof ConflictError ? before : all;
    return {
      group,
      environment,
      lines: before,
      failure: describeError(error),
      error: { error, lines: lost }
    };
  }
}
function holdBack({ job: { group, environment }, view, failure }, brake, before) {
  if (view === void 0) return { group, environment, lines: [], failure };
  const held = view.lines.some(isChange) ? { held: brake } : {};
  return { group, environment, lines: withEarlier(notCarriedOut2(view.lines, "held"), before), ...held };
}
function describeBrake({ why, lift }) {
  return `not written: ${why}${lift === void 0 ? "" : `; if all of that is meant: ${lift}`}`;
}
var NEVER_UNUSUAL = 5;
function brakeOf(intents, options, limit, lift = "run this again with --allow-many-changes") {
  const lines = intents.flatMap((intent2) => intent2.lines ?? []);
  const refused = lines.filter((line) => line.verb === "refused").length;
  if (options.allOrNothing && (refused > 0 || intents.some((intent2) => intent2.lines === void 0)))
    return { code: "all-or-nothing", why: "all or nothing was asked for, and not all can be" };
  if (options.allowMany) return void 0;
  const replaced = lines.filter(isLoss).length;
  const standing2 = lines.filter((line) => line.holds !== void 0 && line.verb !== "create").length;
  const most = limit ?? Math.max(NEVER_UNUSUAL, Math.ceil(standing2 / 2));
  if (replaced <= most) return void 0;
  const why = `the run would replace or delete ${replaced} values at once, and ${most} is the limit`;
  return { code: "many", why, lift };
}
function isLoss({ verb, writes }) {
  return writes === "removal" || verb === "update" && writes === "value";
}

// src/sync/report.ts
function outcomeOf(report) {
  const lines = report.groups.flatMap((group) => group.lines);
  const counts = {
    create: 0,
    update: 0,
    unchanged: 0,
    waiting: 0,
    refused: 0,
    held: 0,
    pending: 0,
    skipped: 0,
    tombstone: 0,
    delete: 0
  };
  for (const line of lines) counts[line.verb] += 1;
  const refused = byReason(lines.filter(({ verb }) => verb === "refused"));
  const held = new Set(
    report.groups.flatMap(({ held: brake }) => brake === void 0 ? [] : [describeBrake(brake)])
  );
  const failed = report.groups.flatMap((group) => group.failure === void 0 ? [] : [group.failure]);
  const after = [report.ledgerFailure, report.alertFailure].filter((failure) => failure !== void 0);
  const { tagFailures = [], sizes = [] } = report;
  const odd = lines.flatMap(({ warning }) => warning ?? []);
  const untagged = `not tagged, which the next run makes good: ${tagFailures.join("; ")}`;
  return {
    counts,
    failures: [
      ...refused,
      ...[...held].map((reason) => `${report.environment}: ${reason}`),
      ...failed,
      ...after
    ],
    awaiting: report.groups.flatMap((group) => group.awaiting ?? []),
    warnings: [...odd, ...sizes, ...tagFailures.length === 0 ? [] : [untagged]],
    notices: report.paused === void 0 ? [] : [pauseLine(report.environment, report.paused)]
  };
}
function pauseLine(deployment, paused) {
  return `${deployment}: ${describePause(paused)} (${COMMAND} resume ${deployment} lifts it)`;
}
function byReason(lines) {
  const names2 = /* @__PURE__ */ new Map();
  for (const { name, reason = "" } of lines) names2.set(reason, [...names2.get(reason) ?? [], name]);
  return [...names2].map(([reason, all]) => `${all.join(", ")}: ${reason}`);
}
function headline(report, dryRun) {
  const { counts } = outcomeOf(report);
  if (isStopped(report)) return `${report.environment}: paused, nothing written`;
  const words = [
    ["create", "created"],
    ["update", "updated"],
    ["unchanged", "unchanged"],
    ["delete", "deleted"],
    ["tombstone", "about to go"],
    ["waiting", "waiting for a first value"],
    ["refused", "refused"],
    ["held", "held back"],
    ["pending", "waiting for approval"],
    ["skipped", "not asked for"]
  ];
  const parts = words.filter(([verb]) => counts[verb] > 0).map(([verb, word]) => `${counts[verb]} ${word}`);
  const prefix = dryRun ? "dry run, nothing written: " : "";
  return `${report.environment}: ${prefix}${parts.join(", ") || "nothing to do"}`;
}
function isStopped({ paused, groups }) {
  return paused !== void 0 && groups.length === 0;
}
function logLines(report) {
  const tag = report.tag === void 0 ? [] : [`tagged ${report.tag}`];
  return [...report.groups.flatMap(groupLines), ...tag];
}
function groupLines(group) {
  const shown = group.lines.filter((line) => !isQuiet(line));
  const lines = shown.map((line) => `  ${line.verb.padEnd(9)} ${line.name}${because(line)}`);
  const failure = group.failure === void 0 ? [] : [`  failed    ${group.failure}`];
  return lines.length + failure.length === 0 ? [] : [`${group.environment}`, ...lines, ...failure];
}
function isQuiet({ verb, reason }) {
  return verb === "skipped" || verb === "unchanged" && reason === void 0;
}
function because(line) {
  const why = whyOf(line);
  if (why !== "") return ` (${why})`;
  return line.source === void 0 || line.source === line.name ? "" : ` (from ${line.source})`;
}
function whyOf({ planned, reason }) {
  return [planned, reason].filter((each) => each !== void 0).join(": ");
}

// src/sync/summary.ts
var SHOWN2 = ["held", "pending", "delete", "tombstone", "update", "create", "waiting"];
function renderSummary(report, { dryRun, now }) {
  const { failures, awaiting, warnings, notices } = outcomeOf(report);
  const open = [...failures, ...awaiting, ...warnings];
  const rows = report.groups.flatMap(({ group, lines }) => lines.map((line) => ({ ...line, group })));
  const shown = SHOWN2.flatMap((verb) => rows.filter((row) => row.verb === verb));
  const same = rows.filter(({ verb }) => verb === "unchanged");
  const tableOf = (some) => table(some, report, now);
  return [
    `### Secrets of ${headline(report, dryRun)}`,
    "",
    ...notices.flatMap((notice) => [literal(notice), ""]),
    ...open.length === 0 ? [] : ["**To fix**", "", ...open.map((each) => `- ${each}`), ""],
    ...isStopped(report) || shown.length === 0 ? [] : [...tableOf(shown), ""],
    ...report.tag === void 0 ? [] : [`Tagged \`${report.tag}\``, ""],
    ...same.length === 0 ? [] : folded(`${counted(same.length, "secret")} unchanged`, tableOf(same))
  ].join("\n");
}
function table(rows, { environment, changed: changed2 }, now) {
  return [
    "| secret | verb | environment | group | value changed | why |",
    "|---|---|---|---|---|---|",
    ...rows.map((row) => {
      const cells = [row.name, row.verb, environment, row.group, ageOf(changed2[row.name], now), whyOf(row)];
      return `| ${cells.join(" | ")} |`;
    })
  ];
}
function folded(title, lines) {
  return [`<details><summary>${title}</summary>`, "", ...lines, "", "</details>", ""];
}
function literal(text) {
  return text.replace(/[!-/:-@[-`{-~]/g, "\\$&");
}
var DAY_MS = 864e5;
function ageOf(changed2, now) {
  const days = Math.floor((now.getTime() - Date.parse(changed2 ?? "")) / DAY_MS);
  if (Number.isNaN(days)) return "";
  if (days < 1) return "today";
  return `${counted(days, "day")} ago`;
}

// src/sync/sync-environment.ts
var import_node_crypto3 = require("node:crypto");

// src/catalog/dates.ts
function dayOf(moment) {
  return moment.toISOString().slice(0, 10);
}
function isDue(tombstone, today) {
  return tombstone !== void 0 && tombstone <= today;
}

// src/ledger/service-clock.ts
var SKEW_MINUTES = 5;
function requireClock(local, service, subject) {
  const skew = skewOf(local, service, subject);
  if (skew !== void 0) throw new RemedyError(skew);
}
function skewOf(local, service, subject) {
  const at = new Date(service);
  if (Math.abs(Date.parse(local) - at.getTime()) <= SKEW_MINUTES * 6e4) return void 0;
  return {
    code: "clock-skewed",
    subject,
    cause: `this machine's clock says ${local}, and the service's ${at.toISOString()}; tombstones and pauses go by time, so nothing was written`,
    remedy: "set the clock of this machine, or check what is between it and the service, then run again"
  };
}

// src/sync/beginning.ts
var Beginning = class _Beginning {
  /**
   * @param writer key of this sync's own intents in the ledger.
   * @param queued when GitHub queued this run, asked where it matters; undefined where nobody tells, as of a sync by hand.
   */
  constructor(ledger, identity, writer, queued = async () => void 0, looks = /* @__PURE__ */ new Map()) {
    this.ledger = ledger;
    this.identity = identity;
    this.writer = writer;
    this.queued = queued;
    this.looks = looks;
  }
  ledger;
  identity;
  writer;
  queued;
  looks;
  queuedLooks = /* @__PURE__ */ new Map();
  /** The same for a further sync of the same command, which brings what the command was given at its start. */
  again(identity) {
    return new _Beginning(this.ledger, identity, this.writer, this.queued, this.looks);
  }
  /** What was set in a values environment after this run was queued, asked once: what comes later, changedSince tells. */
  sinceQueued(deployment, ask) {
    const known = this.queuedLooks.get(deployment);
    if (known !== void 0) return known;
    const asked = this.queued().then((queued) => queued === void 0 ? {} : ask(queued));
    this.queuedLooks.set(deployment, asked);
    return asked;
  }
  /**
   * Who wrote, proposed or is about to write a value that is newer than what this sync brings, by secret, as the ledger
   * tells now: `run 60, which was queued after this one, wrote`.
   */
  laterWriters({ secrets, proposed = {}, writing = {} }) {
    const wrote = Object.entries(secrets).filter(([name, entry2]) => this.isLater(entry2, sameEntry(entry2, this.ledger.secrets[name]))).map(([name, { run }]) => [name, `${this.inWords(run)} wrote`]);
    const proposals = Object.entries(proposed).filter(
      ([name, { run, at, request }]) => this.isLater({ run, synced: at }, this.ledger.proposed?.[name]?.request === request)
    ).map(([name, { run }]) => [name, `${this.inWords(run)} proposed`]);
    const begun = Object.entries(writing).flatMap(([writer, { run, at, values }]) => {
      const isOurs = writer === this.writer;
      if (isOurs || !this.isLater({ run, synced: at }, this.ledger.writing?.[writer] !== void 0))
        return [];
      return Object.keys(values).map((name) => [name, `${this.inWords(run)} began to write`]);
    });
    return Object.fromEntries([...begun, ...wrote, ...proposals]);
  }
  /**
   * What stands otherwise than at the first look and no sync that is known to be older wrote: a person did, a rollback, or a
   * sync whose name nobody knows.
   *
   * @param now what stands. The first of each values environment is kept.
   * @param ledger as it stands.
   */
  changedSince(deployment, now, ledger) {
    const first = this.looks.get(deployment);
    if (first === void 0) this.looks.set(deployment, now);
    if (first === void 0 || first.revision === now.revision) return {};
    const names2 = /* @__PURE__ */ new Set([...Object.keys(first.fingerprints), ...Object.keys(now.fingerprints)]);
    const told = [...names2].filter((name) => {
      const stands = now.fingerprints[name];
      return stands !== first.fingerprints[name] && !this.isKnownToBeOlder(name, stands ?? "", ledger);
    });
    const who = `somebody wrote revision ${now.revision} of ${deployment} while this sync ran and set`;
    return Object.fromEntries(told.map((name) => [name, who]));
  }
  /** Whether a sync that is not later says that it wrote this, and has said so since, or before it wrote. */
  isKnownToBeOlder(name, stands, { secrets, writing = {} }) {
    const entry2 = secrets[name];
    const isEntry = entry2?.fingerprint === stands && !sameEntry(entry2, this.ledger.secrets[name]);
    if (isEntry && !this.isLater(entry2, false)) return true;
    return Object.entries(writing).some(
      ([writer, { run, at, values }]) => values[name] === stands && (writer === this.writer || !this.isLater({ run, synced: at }, this.ledger.writing?.[writer] !== void 0))
    );
  }
  /** @param isOld whether it stood in the ledger already when this sync began. */
  isLater(written, isOld) {
    if (isFromLaterRun(written, this.identity)) return true;
    const other = runId(written.run);
    if (isOld) return false;
    if (other === void 0) return true;
    const own = runId(this.identity.run);
    return own === void 0 && other > (runBefore(this.identity.run) ?? 0);
  }
  inWords(run) {
    const own = runId(this.identity.run) === void 0 ? "sync began" : "run was queued";
    const isRun = runId(run) !== void 0 && runId(this.identity.run) !== void 0;
    return `${describeRun(run)}, ${isRun ? "which was queued after this one" : `made after this ${own}`},`;
  }
};
function sameEntry(entry2, before) {
  return before?.run === entry2.run && before.synced === entry2.synced && before.fingerprint === entry2.fingerprint;
}

// src/sync/catalog-day.ts
function catalogOn(catalog, today) {
  return { ...catalog, secrets: catalog.secrets.map((secret) => secretOn(secret, today)) };
}
function secretOn(secret, today) {
  const marked = isDue(secret.tombstone, today) ? { ...secret, due: true } : secret;
  const { former } = secret;
  if (former === void 0 || !isDue(former.tombstone, today)) return marked;
  return {
    ...marked,
    aliases: marked.aliases.filter((alias) => alias !== former.name),
    paths: marked.paths.filter((path) => path !== former.path),
    former: { ...former, due: true }
  };
}

// src/sync/intents.ts
var INTENT_DAYS = 2;
function intentOf(lines, { run, now }) {
  const values = lines.map(({ name, holds: holds2, writes }) => [name, writes === "removal" ? "" : holds2 ?? ""]);
  return { run, at: now, values: Object.fromEntries(values) };
}
function openIntents({ writing = {} }, own, now) {
  const open = Object.entries(writing).filter(
    ([writer, { at }]) => writer !== own && Date.parse(now) - Date.parse(at) < INTENT_DAYS * 864e5 && !isToCome(at, Date.parse(now))
  );
  return open.length === 0 ? {} : { writing: Object.fromEntries(open) };
}

// src/sync/tag-run.ts
function tagOf({ run, attempt = "1", now }) {
  if (!/^\d+$/.test(run)) return `hand-${now.replaceAll(/[-:.]/g, "")}`;
  return attempt === "1" ? `run-${run}` : `run-${run}-${attempt}`;
}
function isUntagged(before, after, groups) {
  if (before.untagged === true) return true;
  if (groups.some(({ lines, revision }) => revision !== void 0 && lines.some(isChange))) return true;
  return Object.entries(after.revisions).some(([group, revision]) => !isKnown(before, group, revision));
}
function isKnown({ revisions }, group, revision) {
  const own = ([key]) => key === group || key.startsWith(`${group}@`);
  return Object.entries(revisions).some((each) => own(each) && each[1] === revision);
}
function isWhole(target, groups) {
  const known = groups.filter(({ revision }) => revision !== void 0).map(({ group }) => group);
  return Object.keys(target.groups).every((group) => known.includes(group));
}
async function tagState(tag, groups, cloud, done) {
  const outcomes = await Promise.all(
    groups.map(async ({ environment, revision }) => {
      if (revision === void 0 || done.get(environment) === revision) return void 0;
      try {
        await cloud.revisions.tag(environment, tag, revision);
        done.set(environment, revision);
        return void 0;
      } catch (error) {
        return describeError(error);
      }
    })
  );
  return outcomes.filter((outcome) => outcome !== void 0);
}

// src/sync/tight-sizes.ts
var TIGHT_BYTES = 0.8 * MOST_VARIABLE_BYTES;
function tightStep({ secrets }, input) {
  const names2 = secrets.flatMap(({ name, aliases }) => [name, ...aliases]);
  const variables = names2.flatMap((name) => {
    const value = input[name] ?? "";
    return value === "" ? [] : [{ name, bytes: Buffer.byteLength(value, "utf8") }];
  });
  if (bytesTogether(variables) <= TIGHT_BYTES) return void 0;
  return `this job was given ${describeSizes(variables)}; beyond ${MOST_VARIABLES} it may not start: shorten some, or add a carrier (carriers in every stack's config)`;
}
function tooLargeTogether({ secrets }) {
  const variables = Object.entries(secrets).map(([name, { kib = 0 }]) => ({ name, bytes: 1024 * kib }));
  if (bytesTogether(variables) <= MOST_VARIABLE_BYTES) return void 0;
  return `the values have ${describeSizes(variables)}, and a process can be given ${MOST_VARIABLES}: run starts no command with all of them, only with one group's (run --group); loaders are not concerned`;
}

// src/sync/sync-environment.ts
async function syncEnvironment(job, cloud) {
  const place = job.target.ledger;
  const isShared = job.catalog.shard !== void 0;
  const run = startOf2(job, cloud);
  for (let round = 1; ; round += 1) {
    run.sent = false;
    try {
      const stored = await cloud.decrypt(place);
      requireClock(job.identity.now, stored.at, place);
      const ledger = await syncOnce(job, cloud, run, stored);
      const { report } = run;
      const isLast = (report?.groups ?? []).every(
        ({ error }) => error === void 0 || round >= roundsAfter(error.error, true, isShared)
      );
      if (report !== void 0 && isLast) {
        const final = await ledger();
        if (final === void 0) return run.report ?? report;
        run.sent = true;
        await cloud.write(place, final.text, final.etag);
        return run.report ?? report;
      }
    } catch (error) {
      if (round >= roundsAfter(error, run.sent, isShared)) {
        if (run.report === void 0) throw error;
        return { ...run.report, ledgerFailure: describeError(error) };
      }
    }
    await (job.wait ?? pauseBeforeRound)(round);
  }
}
function startOf2(job, cloud) {
  const writer = job.start?.beginning?.writer ?? (0, import_node_crypto3.randomBytes)(6).toString("hex");
  return { writer, alerted: once(job), tagged: taggedOnce(job, cloud) };
}
async function syncOnce(job, cloud, run, stored) {
  const { dryRun } = job.options;
  const { environment, ledger: place } = job.target;
  const { shard } = job.catalog;
  const whole = usableLedger(ledgerTextOf(stored, place));
  const paused = pausedAt(whole, stored);
  if (paused.paused !== void 0 && !dryRun) {
    run.report = { environment, groups: [], changed: timesOf(whole), ...run.report, ...paused };
    return async () => void 0;
  }
  const ledger = ownPart(whole, shard);
  const key = ledger.key ?? newFingerprintKey();
  const known = knowingRuns(job.identity, whole);
  run.beginning ??= job.start?.beginning?.again(known) ?? new Beginning(ledger, known, run.writer, job.queued);
  if (job.start !== void 0) job.start.beginning ??= run.beginning;
  const { beginning } = run;
  const { identity } = beginning;
  const catalog = catalogOn(job.catalog, dayOf(new Date(stored.at)));
  let etag = stored.etag;
  let base = whole;
  const announce = async (lines) => {
    base = { ...whole, key, writing: { ...whole.writing, [run.writer]: intentOf(lines, identity) } };
    run.sent = true;
    etag = (await cloud.replace(place, renderLedger(base), stored.etag)).etag;
  };
  const earlier = (run.report?.groups ?? []).map(
    (each) => each.error === void 0 ? each : { ...each, lines: each.error.lines }
  );
  const compares = job.compares === true;
  const groups = await syncGroups(
    { ...job, catalog, beginning, ledger, key, compares, announce },
    cloud,
    earlier
  );
  const advanced = advanceLedger({ ...ledger, key }, groups, identity);
  const sizes = [tooLargeTogether(advanced)].filter((each) => each !== void 0);
  run.report = { environment, groups, changed: timesOf(dryRun ? ledger : advanced), ...paused, sizes };
  if (dryRun) return async () => void 0;
  return async () => {
    const { ledger: told, failure } = await run.alerted(ledger, advanced);
    const { untagged, ...tag } = await run.tagged(whole, advanced, groups);
    run.report = {
      ...run.report,
      ...tag,
      ...failure === void 0 ? {} : { alertFailure: failure }
    };
    const ended = withPart(
      whole,
      { ...told, ...untagged, ...openIntents(whole, run.writer, stored.at), ...casesOf(whole) },
      shard
    );
    const text = renderLedger(ended);
    if (text === renderLedger(base)) return void 0;
    return { text, etag: etag ?? (await cloud.read(place)).etag };
  };
}
function casesOf({ cases }) {
  return cases === void 0 ? {} : { cases };
}
function pausedAt(ledger, { at }) {
  const paused = pauseAt(ledger.paused, at);
  return paused === void 0 ? {} : { paused };
}
function taggedOnce({ identity, target }, cloud) {
  const done = /* @__PURE__ */ new Map();
  return async (before, after, groups) => {
    if (!isUntagged(before, after, groups)) return {};
    if (!isWhole(target, groups)) return { untagged: { untagged: true } };
    const tag = tagOf(identity);
    const tagFailures = await tagState(tag, groups, cloud, done);
    return tagFailures.length === 0 ? { tag } : { tagFailures, untagged: { untagged: true } };
  };
}
function usableLedger(text) {
  const ledger = parseLedger(text);
  if (ledger.key !== void 0 && isFingerprintKey(ledger.key)) return ledger;
  return { ...ledger, key: void 0, revisions: {} };
}
function timesOf(ledger) {
  return Object.fromEntries(Object.entries(ledger.secrets).map(([name, entry2]) => [name, entry2.changed]));
}
function once({ alert, catalog, target }) {
  const required = new Set(catalog.secrets.filter((secret) => secret.required).map((secret) => secret.name));
  let done;
  return async (before, after) => {
    const names2 = dueForAlert(before.refused, after.refused).filter((name) => required.has(name));
    if (alert === void 0 || names2.length === 0 || done === names2.join()) return { ledger: after };
    try {
      await alert(target.environment, names2);
      done = names2.join();
      return { ledger: after };
    } catch (error) {
      const refused = withoutAlert(after.refused, names2);
      return { ledger: { ...after, refused }, failure: describeError(error) };
    }
  };
}

// src/sync/sync.ts
async function runSync(context) {
  const { catalog, env, http, now } = context;
  const runner = createRunner(env, context.print);
  try {
    runner.mask(masksOf(secretsIn(context)));
    const target = targetOf(context);
    const options = readRunOptions(env, catalog);
    const url = checkedAddress("PULUMI_BACKEND_URL", env.PULUMI_BACKEND_URL || catalog.pulumiApiUrl);
    const mask = (token2) => runner.mask([token2.unwrap()]);
    const token = await authenticate({ catalog, env, url, http, mask }, target);
    const at = { url, organization: catalog.pulumiOrganization, token, http };
    const { GITHUB_RUN_ID: run } = env;
    const direct = createPulumiCloud(at);
    const proposer = syncProposer(run === void 0 ? "by hand" : `run ${run}`, target, direct);
    const cloud = proposingCloud(target, direct, () => createPulumiCall(at), proposer);
    const job = {
      target,
      catalog,
      // Who may write the ledger may write what runs believe: once a day, and where a person asks, it is not believed.
      compares: ["schedule", "workflow_dispatch"].includes(env.GITHUB_EVENT_NAME ?? ""),
      input: env,
      identity: identityOf(context),
      queued: once2(() => queueTime(env, http)),
      options
    };
    const synced = await syncEnvironment({ ...job, ...alertOf(context) }, cloud);
    const tight = tightStep(catalog, env);
    const report = tight === void 0 ? synced : { ...synced, sizes: [tight, ...synced.sizes ?? []] };
    for (const line of [headline(report, options.dryRun), ...logLines(report)]) runner.print(line);
    const { counts, failures, awaiting, warnings, notices } = outcomeOf(report);
    for (const notice of notices) runner.remark("notice", notice);
    for (const warning of warnings) runner.remark("warning", warning);
    for (const failure of [...failures, ...awaiting]) runner.complain(failure);
    runner.summarize(renderSummary(report, { dryRun: options.dryRun, now: now() }));
    const changed2 = counts.create + counts.update + counts.delete;
    const paused = report.paused === void 0 ? {} : { paused: true };
    runner.output({ changed: changed2, refused: counts.refused, ...paused });
    return failures.length + awaiting.length === 0 ? 0 : 1;
  } catch (error) {
    runner.complain(describeError(error));
    return 1;
  }
}
var WEBHOOK = "SYNC_ALERT_WEBHOOK";
function secretsIn({ catalog, env }) {
  const names2 = catalog.secrets.flatMap((secret) => [secret.name, ...secret.aliases]);
  return ["PULUMI_ACCESS_TOKEN", WEBHOOK, ...names2].flatMap((name) => env[name] ?? []);
}
function once2(ask) {
  let asked;
  return () => {
    asked ??= ask();
    return asked;
  };
}
function identityOf({ env, now }) {
  const page = pageOf(env);
  return {
    run: env.GITHUB_RUN_ID ?? handRun(),
    attempt: env.GITHUB_RUN_ATTEMPT ?? "1",
    commit: env.GITHUB_SHA ?? "none",
    now: now().toISOString(),
    ...page === void 0 ? {} : { page },
    allowMany: `start it with gh workflow run ${WORKFLOW_FILE} -R ${env.GITHUB_REPOSITORY ?? "OWNER/REPOSITORY"} -f allow-many-changes=true`
  };
}
function pageOf(env) {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: run } = env;
  return server && repository && run ? `${server}/${repository}/actions/runs/${run}` : void 0;
}
function targetOf({ catalog, env }) {
  return findTarget(catalog, env.SYNC_ENVIRONMENT ?? "", "SYNC_ENVIRONMENT");
}
function findTarget(catalog, wanted, asked) {
  const target = catalog.targets.find((each) => each.environment === wanted);
  if (target !== void 0) return target;
  const known = catalog.targets.map((each) => each.environment).join(", ");
  const reason = `names no environment of the catalog: ${wanted || "(nothing)"}`;
  throw new RemedyError({
    code: "environment-unknown",
    subject: asked,
    cause: reason,
    remedy: `set it to one of ${known}`
  });
}
function alertOf({ env, http }) {
  const url = env[WEBHOOK] ?? "";
  if (url === "") return {};
  return { alert: createAlert(new Secret(url), pageOf(env), http) };
}

// src/sync/main.ts
process.on("uncaughtException", (error) => {
  console.error(`error: ${describeError(error)}`);
  process.exit(1);
});
runSync({
  catalog: JOB_CATALOG,
  env: process.env,
  http: createHttp({ env: process.env, onWait: (line) => console.log(line) }),
  print: (line) => console.log(line),
  now: () => /* @__PURE__ */ new Date()
}).then((code) => {
  process.exitCode = code;
});
