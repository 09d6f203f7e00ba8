import type { Page } from "@/lib/paging";

export interface User {
  id: string;
  code: string;
  name: string;
  email: string | null;
  site_role: string;
}

export interface Me {
  user: User;
  permissions: Record<string, string[]>;
}

export interface Project {
  id: string;
  code: string;
  name: string;
  status: string;
  kind: string;
}

export interface Asset {
  id: string;
  project_id: string;
  code: string;
  name: string;
  type: string;
  status: string;
  description: string;
  is_assembly: boolean;
  tags: string[];
  thumbnail_url: string | null;
  metadata: Record<string, unknown>;
  revision: number;
  created_at: string;
  created_by: string | null;
  updated_at: string;
  archived_at: string | null;
}

export interface Version {
  id: string;
  product_id: string;
  number: number | null;
  state: string;
  status: string;
  comment: string;
  created_at: string;
}

export interface Product {
  id: string;
  code: string;
  kind: string;
  latest_version: Version | null;
}

export interface VersionFile {
  id: string;
  path: string;
  role: string;
  size: number;
  sha256: string;
  media_type: string;
  download_url: string;
}

export interface SearchHit {
  kind: string;
  id: string;
  project_id: string | null;
  code: string;
  name: string;
  score: number;
}

type Empty = Record<string, never>;
interface Answer<T> {
  responses: { 200: { headers: Empty; content: { "application/json": T } } };
}
interface NoParameters {
  parameters: { query?: never; header?: never; path?: never; cookie?: never };
}
interface Get<T, P, Q> {
  parameters: { query?: Q; path: P };
  get: Answer<T> & { parameters: { query?: Q; path: P } };
}
interface List {
  limit?: number;
  cursor?: string;
}

export interface paths {
  "/auth/login": NoParameters & {
    post: Answer<{ user: User }> & { requestBody: { content: { "application/json": { login: string; password: string } } } };
  };
  "/auth/setup": NoParameters & {
    post: Answer<{ user: User }> & { requestBody: { content: { "application/json": { token: string; password: string } } } };
  };
  "/auth/logout": NoParameters & { post: { responses: { 204: { headers: Empty; content?: never } } } };
  "/me": NoParameters & { get: Answer<Me> };
  "/projects": {
    parameters: { query?: List & { sort?: string } };
    get: Answer<Page<Project>> & { parameters: { query?: List & { sort?: string } } };
  };
  "/projects/{project}/assets": Get<
    Page<Asset>,
    { project: string },
    List & { sort?: string; q?: string; type?: string; status?: string; count?: boolean }
  >;
  "/assets/{id}": Get<Asset, { id: string }, never>;
  "/assets/{id}/products": Get<Page<Product>, { id: string }, List>;
  "/products/{id}/versions": Get<Page<Version>, { id: string }, List>;
  "/versions/{id}/files": Get<Page<VersionFile>, { id: string }, List>;
  "/search": {
    parameters: { query: List & { q: string } };
    get: Answer<Page<SearchHit>> & { parameters: { query: List & { q: string } } };
  };
}
