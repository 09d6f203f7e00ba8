import { useQuery } from "@tanstack/react-query";
import { formatTerm } from "@/lib/format";
import { Icon } from "@/ui/icon/Icon";
import { Menu } from "@/ui/Menu";
import { meQuery } from "./session_queries";
import styles from "./session.module.css";

interface AccountMenuProps {
  onSignOut: () => void;
  onTheme: () => void;
}

export function AccountMenu({ onSignOut, onTheme }: AccountMenuProps) {
  const { data: me } = useQuery(meQuery);
  const name = me?.user.name ?? "";
  return (
    <Menu
      label="Account"
      side="above"
      button={
        <>
          <span className={styles.initial} data-initial={name.charAt(0).toUpperCase()} />
          <span className={styles.who}>
            <span className={styles.whoName}>{name}</span>
            <span className={styles.role}>{formatTerm(me?.user.site_role ?? "")}</span>
          </span>
        </>
      }
      items={[
        { id: "theme", label: "Dark or light", icon: <Icon name="sun" />, onSelect: onTheme },
        { id: "sign-out", label: "Sign out", icon: <Icon name="sign-out" />, onSelect: onSignOut },
      ]}
    />
  );
}
