import { type DragEvent, type FormEvent, useRef, useState } from "react";
import { codeOf } from "@/lib/codes";
import { formatBytes, formatTerm, plural } from "@/lib/format";
import type { Target } from "@/lib/transfer/delivery";
import type { Chosen } from "@/lib/transfer/plan";
import { groupSequences } from "@/lib/transfer/sequence";
import { Button, IconButton } from "@/ui/Button";
import { Field } from "@/ui/Field";
import { Icon } from "@/ui/icon/Icon";
import { SelectField } from "@/ui/SelectField";
import { showProblem } from "@/ui/problem_toast";
import { droppedFiles, pickedFiles } from "./chosen_files";
import { transfers } from "./transfers";
import styles from "./uploads.module.css";

export interface UploadPlace {
  projectId: string;
  projectCode: string;
  /** Where it goes when that is settled; else an asset is chosen or made. */
  asset: { id: string; name: string } | undefined;
  assets: readonly { id: string; name: string; code: string }[];
  types: readonly { code: string; name: string }[];
  products: readonly string[];
}

interface UploadFormProps {
  place: UploadPlace;
  initial: readonly Chosen[];
  onStarted: () => void;
}

const NEW = "new";

function Listing({ files, onRemove }: { files: readonly Chosen[]; onRemove: (files: readonly Chosen[]) => void }) {
  const groups = groupSequences(files);
  return (
    <ul className={styles.chosen} aria-label="Chosen files">
      {groups.slice(0, 100).map((group) => {
        const items = group.kind === "single" ? [group.item] : group.frames.map(({ item }) => item);
        const name = group.kind === "single" ? group.item.path : group.pattern;
        const size = items.reduce((sum, { file }) => sum + file.size, 0);
        return (
          <li key={name}>
            <Icon name={group.kind === "single" ? "file" : "film"} />
            <span className={styles.path} dir="auto">
              {name}
            </span>
            <span className={styles.size}>
              {group.kind === "sequence" && `${String(group.first)}–${String(group.last)}, ${plural(items.length, "frame")} · `}
              {formatBytes(size)}
            </span>
            {group.kind === "sequence" && group.missing.length > 0 && (
              <span className={styles.missing}>{plural(group.missing.length, "frame")} missing</span>
            )}
            <IconButton icon="close" label={`Leave out ${name}`} onClick={() => { onRemove(items); }} />
          </li>
        );
      })}
      {groups.length > 100 && <li>and {groups.length - 100} more</li>}
    </ul>
  );
}

/** What is uploaded and what it becomes: a version of a product of an asset. */
export function UploadForm({ place, initial, onStarted }: UploadFormProps) {
  const [files, setFiles] = useState<readonly Chosen[]>(initial);
  const [assetId, setAssetId] = useState(place.asset?.id ?? NEW);
  const [name, setName] = useState("");
  const [code, setCode] = useState<string>();
  const [type, setType] = useState(place.types[0]?.code ?? "prop");
  const [product, setProduct] = useState(place.products[0] ?? "main");
  const [comment, setComment] = useState("");
  const [over, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const total = files.reduce((sum, { file }) => sum + file.size, 0);
  const add = (more: readonly Chosen[]) => {
    setFiles((before) => [...before.filter(({ path }) => !more.some((each) => each.path === path)), ...more]);
  };
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    event.stopPropagation();
    setOver(false);
    droppedFiles(event.dataTransfer).then(add, showProblem);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const there = place.asset ?? place.assets.find(({ id }) => id === assetId);
    const asset: Target["asset"] = there === undefined ? { name: name.trim(), code: code ?? codeOf(name), type } : { id: there.id, name: there.name };
    const target = { projectId: place.projectId, projectCode: place.projectCode, asset, product: product.trim(), comment: comment.trim() };
    transfers().start(files, target).then(onStarted, showProblem);
  };

  return (
    <form className={styles.form} onSubmit={submit}>
      <div
        className={styles.drop}
        data-over={over}
        onDragOver={(event) => { event.preventDefault(); setOver(true); }}
        onDragLeave={() => { setOver(false); }}
        onDrop={onDrop}
      >
        <Icon name="upload" size={20} />
        <p>Drop files, folders or image sequences here</p>
        <div className={styles.dropActs}>
          <Button icon="file" onClick={() => input.current?.click()}>
            Choose files
          </Button>
          <Button icon="folder" onClick={() => folder.current?.click()}>
            Choose a folder
          </Button>
        </div>
        <input ref={input} type="file" multiple hidden aria-label="Files" onChange={(event) => { add(pickedFiles(event.target.files)); event.target.value = ""; }} />
        <input ref={folder} type="file" multiple hidden aria-label="Folder" {...{ webkitdirectory: "" }} onChange={(event) => { add(pickedFiles(event.target.files)); event.target.value = ""; }} />
      </div>
      {files.length > 0 && <Listing files={files} onRemove={(gone) => { setFiles(files.filter((file) => !gone.includes(file))); }} />}
      {place.asset === undefined && (
        <SelectField
          label="Asset"
          value={assetId}
          options={[{ value: NEW, name: "A new asset" }, ...place.assets.map((asset) => ({ value: asset.id, name: `${asset.name} (${asset.code})` }))]}
          onChange={(event) => { setAssetId(event.target.value); }}
        />
      )}
      {place.asset === undefined && assetId === NEW && (
        <div className={styles.three}>
          <Field label="Name" required maxLength={200} value={name} onChange={(event) => { setName(event.target.value); }} />
          <Field label="Code" required spellCheck={false} value={code ?? codeOf(name)} onChange={(event) => { setCode(event.target.value); }} />
          <SelectField label="Type" value={type} options={place.types.map((each) => ({ value: each.code, name: each.name }))} onChange={(event) => { setType(event.target.value); }} />
        </div>
      )}
      <div className={styles.two}>
        <Field label="Product" required spellCheck={false} list="upload-products" hint="What it is of the asset: model, rig, look …" value={product} onChange={(event) => { setProduct(event.target.value); }} />
        <Field label="Comment" maxLength={2000} value={comment} onChange={(event) => { setComment(event.target.value); }} />
        <datalist id="upload-products">
          {[...new Set([...place.products, "model", "rig", "look", "texture", "animation"])].map((each) => (
            <option key={each} value={each}>
              {formatTerm(each)}
            </option>
          ))}
        </datalist>
      </div>
      <Button kind="primary" type="submit" disabled={files.length === 0 || product.trim() === "" || (place.asset === undefined && assetId === NEW && name.trim() === "")}>
        {files.length === 0 ? "Choose files first" : `Upload and publish ${plural(files.length, "file")}, ${formatBytes(total)}`}
      </Button>
    </form>
  );
}
