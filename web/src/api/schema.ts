// The names of the contract's schemas that the pages use.
import type { components, operations } from "./generated/openapi";

type Schemas = components["schemas"];

export type Asset = Schemas["Asset"];
export type AssetType = Schemas["AssetType"];
export type Product = Schemas["Product"];
export type Project = Schemas["Project"];
export type SearchHit = Schemas["SearchHit"];
export type StateCategory = Schemas["StateCategory"];
export type Version = Schemas["Version"];
export type VersionFile = Schemas["File"];
export type Workflow = Schemas["Workflow"];

/** What the list of assets can be asked for. */
export type AssetListQuery = NonNullable<operations["list_assets"]["parameters"]["query"]>;
