// The names of the contract's schemas that the pages use.
import type { components, operations } from "./generated/openapi";

type Schemas = components["schemas"];

export type Asset = Schemas["Asset"];
export type AssetType = Schemas["AssetType"];
export type BulkConflict = Schemas["BulkConflict"];
export type Comparison = Schemas["Comparison"];
export type Component = Schemas["Component"];
export type Dependency = Schemas["Dependency"];
export type Event = Schemas["Event"];
export type Finding = Schemas["Finding"];
export type FindingState = Schemas["FindingState"];
export type FixPlan = Schemas["FixPlan"];
export type FolderDataType = Schemas["FolderDataType"];
export type FolderDrift = Schemas["FolderDrift"];
export type FolderEntry = Schemas["FolderTree"]["data"][number];
export type FolderFix = Schemas["FolderFix"];
export type FolderTemplate = Schemas["FolderTemplate"];
/** A template as it would be saved. */
export type FolderTemplateDraft = Pick<FolderTemplate, "data_type" | "entity_kind" | "pattern" | "root" | "children">;
export type HistoryEntry = Schemas["HistoryEntry"];
export type Impact = Schemas["Impact"];
export type Job = Schemas["Job"];
export type JobState = Schemas["JobState"];
export type Me = Schemas["Me"];
export type Product = Schemas["Product"];
export type Project = Schemas["Project"];
export type ProjectCreate = Schemas["ProjectCreate"];
export type ProjectStats = Schemas["ProjectStats"];
/** What shall be done about findings, by their state. */
export type ReconcileActions = NonNullable<Schemas["ReconcileRequest"]["actions"]>;
export type SearchHit = Schemas["SearchHit"];
export type Breakdown = Schemas["Breakdown"];
export type Casting = Schemas["Casting"];
export type Cut = Schemas["Cut"];
export type ImportedEdit = Schemas["ImportedEdit"];
export type PlanClip = Schemas["PlanClip"];
export type PlanEntry = Schemas["PlanEntry"];
export type Sequence = Schemas["Sequence"];
export type Shot = Schemas["Shot"];
export type StateCategory = Schemas["StateCategory"];
export type Version = Schemas["Version"];
export type VersionCreate = Schemas["VersionCreate"];
export type VersionFile = Schemas["File"];
export type Workflow = Schemas["Workflow"];

/** What the list of assets can be asked for. */
export type AssetListQuery = NonNullable<operations["list_assets"]["parameters"]["query"]>;
export type Delivery = Schemas["Delivery"];
export type Webhook = Schemas["Webhook"];
export type WebhookCreate = Schemas["WebhookCreate"];
export type WebhookPatch = Schemas["WebhookPatch"];
