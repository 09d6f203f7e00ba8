import { useQuery } from "@tanstack/react-query";
import { meQuery } from "@/api/me_queries";
import { formatTerm } from "@/lib/format";
import { type Theme, THEMES } from "@/lib/theme";
import { Icon } from "@/ui/icon/Icon";
import { Menu } from "@/ui/Menu";
import styles from "./session.module.css";

interface AccountMenuProps {
  theme: Theme;
  onTheme: (theme: Theme) => void;
  onAccount: () => void;
  onKeys: () => void;
  onSignOut: () => void;
}

export function AccountMenu({ theme, onTheme, onAccount, onKeys, onSignOut }: AccountMenuProps) {
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
        ...THEMES.map((each) => ({
          id: each.theme,
          label: each.name,
          checked: each.theme === theme,
          onSelect: () => {
            onTheme(each.theme);
          },
        })),
        { id: "account", label: "Your account", icon: <Icon name="user" />, onSelect: onAccount },
        { id: "keys", label: "Keyboard", icon: <Icon name="keyboard" />, note: "?", onSelect: onKeys },
        { id: "sign-out", label: "Sign out", icon: <Icon name="sign-out" />, onSelect: onSignOut },
      ]}
    />
  );
}
