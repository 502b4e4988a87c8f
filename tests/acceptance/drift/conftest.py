from tests.slapd import slapd, slapd_admin, slapd_tree, tree

__all__ = ["slapd", "slapd_admin", "slapd_tree", "tree"]
