import { PolicyPack } from "@pulumi/policy";
import { POLICIES } from "./list";

new PolicyPack("sophia-secrets", { policies: [...POLICIES] });
