import type { Chosen } from "@/lib/transfer/plan";

// Files as people give them to a page: dropped, with folders and all, or chosen in a dialog.

const HIDDEN = /^(\.DS_Store|Thumbs\.db|desktop\.ini)$/;

async function readHandle(handle: FileSystemHandle, path: string, into: Chosen[]): Promise<void> {
  if (handle.kind === "file") {
    const file = handle as FileSystemFileHandle;
    if (!HIDDEN.test(handle.name)) into.push({ path, file: await file.getFile(), handle: file });
    return;
  }
  for await (const child of (handle as FileSystemDirectoryHandle).values()) await readHandle(child, `${path}/${child.name}`, into);
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => {
    entry.file(resolve, reject);
  });
}

async function readEntry(entry: FileSystemEntry, path: string, into: Chosen[]): Promise<void> {
  if (entry.isFile) {
    if (!HIDDEN.test(entry.name)) into.push({ path, file: await fileOf(entry as FileSystemFileEntry) });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    // A folder is read in pieces of a hundred until none is left.
    const children = await new Promise<FileSystemEntry[]>((resolve, reject) => {
      reader.readEntries(resolve, reject);
    });
    if (children.length === 0) return;
    for (const child of children) await readEntry(child, `${path}/${child.name}`, into);
  }
}

/** What was dropped. Must be called while the event is handled: afterwards the browser takes its items away. */
export async function droppedFiles(transfer: DataTransfer): Promise<Chosen[]> {
  const items = [...transfer.items].filter(({ kind }) => kind === "file");
  const handles = items.map((item) => item.getAsFileSystemHandle?.());
  const entries = items.map((item) => item.webkitGetAsEntry());
  const plain = [...transfer.files];
  const chosen: Chosen[] = [];
  for (const [index, pending] of handles.entries()) {
    const handle = await pending?.catch(() => null);
    const entry = entries[index];
    if (handle !== null && handle !== undefined) await readHandle(handle, handle.name, chosen);
    else if (entry !== null && entry !== undefined) await readEntry(entry, entry.name, chosen);
    else if (plain[index] !== undefined) chosen.push({ path: plain[index].name, file: plain[index] });
  }
  return chosen;
}

/** What was chosen with an input; of a folder the paths begin with its name. */
export function pickedFiles(files: FileList | null): Chosen[] {
  return [...(files ?? [])]
    .filter(({ name }) => !HIDDEN.test(name))
    .map((file) => ({ path: file.webkitRelativePath === "" ? file.name : file.webkitRelativePath, file }));
}
