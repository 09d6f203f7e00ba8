import { useQuery } from "@tanstack/react-query";
import { rolesQuery, membersQuery } from "@/api/member_queries";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";

interface NotAllowedDialogProps {
  /** What the address asks for: "upload here". */
  act: string;
  permission: string;
  /** The project's code; none for what belongs to the site. */
  project?: string;
  onClose: () => void;
}

function list(names: readonly string[], word: string): string {
  return names.length < 2 ? (names[0] ?? "") : `${names.slice(0, -1).join(", ")} ${word} ${names.at(-1) ?? ""}`;
}

/** Says why an address leads to nothing for this person: which permission it takes, who has it and who can give it. */
export function NotAllowedDialog({ act, permission, project, onClose }: NotAllowedDialogProps) {
  const { data: roles } = useQuery(rolesQuery);
  const members = useQuery({ ...membersQuery(project ?? ""), enabled: project !== undefined });
  const having = (wanted: string) => (roles ?? []).filter(({ permissions }) => (permissions as string[]).includes(wanted));
  const givers = having("member:manage").map(({ code }) => code);
  const people = (members.data ?? []).filter(({ role }) => givers.includes(role)).map(({ user_name }) => user_name);
  const holders = having(permission).map(({ name }) => name);
  return (
    <Dialog title={`You may not ${act}`} size="small" open onClose={onClose}>
      <p role="alert">
        It takes the permission <code>{permission}</code>
        {project === undefined ? ", which administrators have." : holders.length > 0 && `, which comes with the role ${list(holders, "or")}.`}
      </p>
      {project !== undefined && <p>{people.length > 0 ? `${list(people, "or")}, or an administrator, can give it to you.` : "An administrator can give it to you."}</p>}
      <Button kind="primary" onClick={onClose}>
        Go on without it
      </Button>
    </Dialog>
  );
}
