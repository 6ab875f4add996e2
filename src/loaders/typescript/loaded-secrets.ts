import type { Catalog } from "../../catalog/entry";
import type { Secret } from "../../secret";

/** A property as an entry states it; undefined where it leaves it out. */
type Stated<E, Key extends PropertyKey> = Key extends keyof E ? E[Key] : undefined;

type OwnKey<E> = E extends { appKey: infer Key extends string }
  ? Key
  : E extends { name: infer Name extends string }
    ? Lowercase<Name>
    : never;
type FurtherKey<E> =
  | (E extends { appKeyAliases: readonly (infer Key extends string)[] } ? Key : never)
  | FormerKey<E>;
type FormerKey<E> = E extends { renamedFrom: infer Name extends string }
  ? Lowercase<Name>
  : E extends { renamedFrom: { name: infer Name extends string } }
    ? Lowercase<Name>
    : never;

/** Entries that stand in ESC: all but the pipeline's own credentials. */
type Loadable<C extends Catalog> = Exclude<C["secrets"][number], { bootstrap: true }>;

type IsRequired<E> =
  Stated<E, "tombstone"> extends string
    ? false
    : Stated<E, "default"> extends string
      ? true
      : Stated<E, "required"> extends true | undefined
        ? true
        : false;

type IsIn<E, Environment> =
  Stated<E, "environments"> extends undefined
    ? true
    : Stated<E, "environments"> extends readonly (infer Named)[]
      ? [Environment] extends [Named]
        ? true
        : false
      : false;

type IsCertain<E, Environment> = IsRequired<E> extends true ? IsIn<E, Environment> : false;

type Rotated<C extends Catalog> = NonNullable<C["rotators"]>[number];

/** Keys of what a rotator makes and every one of the environments in question has, from its first rotation on. */
type CertainRotatedKey<R, Environment> = R extends {
  databases: infer Databases;
  username: infer User;
  password: infer Password;
}
  ? [Environment] extends [keyof Databases]
    ? Lowercase<(User | Password) & string>
    : never
  : R extends { value: infer Value extends string }
    ? IsIn<R, Environment> extends true
      ? Lowercase<Value>
      : never
    : never;

type RotatedKey<R> = R extends {
  username: infer User extends string;
  password: infer Password extends string;
}
  ? Lowercase<User | Password>
  : R extends { value: infer Value extends string }
    ? Lowercase<Value | PreviousOf<R>>
    : never;

type PreviousOf<R> = R extends { previous: infer Previous extends string } ? Previous : never;

/** One property per value of the catalog's rotators. */
type RotatedValues<C extends Catalog, Environment> = {
  readonly [Key in RotatedKey<Rotated<C>>]: Key extends CertainRotatedKey<Rotated<C>, Environment>
    ? Secret
    : Secret | undefined;
};

/**
 * One property per app key and app key alias of the catalog. `Secret` where the loader refuses to go on without a
 * value: the entry is required or has a default, which the sync writes, and every environment in question has it.
 * Else `Secret | undefined`.
 */
export type Values<C extends Catalog, Environment> = EntryValues<C, Environment> &
  RotatedValues<C, Environment>;

type EntryValues<C extends Catalog, Environment> = {
  readonly [E in Loadable<C> as OwnKey<E> | FurtherKey<E>]: IsCertain<E, Environment> extends true
    ? Secret
    : Secret | undefined;
};

/** What the loader returns: a property per app key, and `get` for keys that are only known when the program runs. */
export type LoadedSecrets<C extends Catalog, Environment> = Values<C, Environment> & {
  /** @throws RemedyError with the nearest names when the catalog has no such key. */
  get<Key extends keyof Values<C, Environment>>(key: Key): Values<C, Environment>[Key];
};
