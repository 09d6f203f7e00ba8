import { useQuery } from "@tanstack/react-query";
import { assetTypesQuery } from "@/features/assets/asset_queries";
import { UploadForm } from "@/features/uploads/UploadForm";
import { leaveFiles, takeFiles } from "@/features/uploads/uploading";
import { SHIPPED_TYPES } from "@/features/assets/vocabulary";
import { Dialog } from "@/ui/Dialog";
import { useProjects } from "./use_projects";

interface UploadDialogProps {
  code: string;
  /** The asset that is open, if any, and whether the upload can go nowhere else. */
  asset: { id: string; name: string; code: string } | undefined;
  fixed: boolean;
  products: readonly string[];
  onClose: () => void;
}

/** Loaded when someone uploads, and not before. */
export function UploadDialog({ code, asset, fixed, products, onClose }: UploadDialogProps) {
  const { byCode } = useProjects();
  const project = byCode(code);
  const { data: types = SHIPPED_TYPES } = useQuery(assetTypesQuery(code));
  if (project === undefined) return null;
  const close = () => {
    leaveFiles([]);
    onClose();
  };
  return (
    <Dialog title={fixed && asset !== undefined ? `Upload to ${asset.name}` : "Upload and publish"} open onClose={close}>
      <UploadForm
        place={{
          projectId: project.id,
          projectCode: project.code,
          asset: fixed ? asset : undefined,
          assets: asset === undefined ? [] : [asset],
          types,
          products,
        }}
        initial={takeFiles()}
        onStarted={close}
      />
    </Dialog>
  );
}
