"""The command `scim-bridge`: one parser, one file per group of commands.

A command is imported when it is called, so that `status` does not pay for what `run` needs. Exit codes:
0 done, 1 failed, 2 bad usage or a bad config file (and, for `plan`, that there is something to change).
"""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    options = _parser().parse_args(arguments)
    command = importlib.import_module(f"bridge.cli.{options.module}")
    try:
        code: int = command.run(options)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 1
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scim-bridge",
        description="Receives SCIM 2.0, keeps a journal, delivers to LDAP, SCIM, REST and CSV targets.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    init = commands.add_parser("init", help="write a config, credentials and a journal that work as they stand")
    init.add_argument("directory", type=Path, metavar="DIR")
    init.set_defaults(module="init")

    check = _with_config(commands.add_parser("check", help="say everything that is wrong with the config file"))
    check.add_argument("--connect", action="store_true", help="also reach every target and say what it is")
    check.set_defaults(module="check")

    run = _with_config(commands.add_parser("run", help="the daemon"))
    run.add_argument("--log-level", default="info", choices=("debug", "info", "warning", "error"))
    run.set_defaults(module="run")

    status = _with_config(commands.add_parser("status", help="targets, backlog, what is parked and why"))
    status.add_argument("--json", action="store_true")
    status.set_defaults(module="status")

    _plans(commands)
    restore = _with_config(commands.add_parser("restore", help="make a plan that puts an entry back as it was"))
    restore.add_argument("subject", metavar="USER", help="a user or group, by name or SCIM id")
    restore.add_argument("target", metavar="TARGET")
    restore.add_argument("--at", required=True, metavar="TIME", help="2026-11-24T07:30 (UTC), or how long ago: 2h")
    restore.add_argument("--json", action="store_true")
    restore.set_defaults(module="restore")
    _journal(commands)
    _targets(commands)
    _why(commands)
    _links(commands)
    _deliveries(commands)
    _token(commands)
    _connectors(commands)
    return parser


def _plans(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    for name, help_ in (
        ("plan", "read a target and say what a reconciliation would find, or show a plan (exit 0 nothing, 2 changes)"),
        ("reconcile", "read a target, make its plan, and do what its drift policy says"),
        ("plans", "the plans, newest first"),
        ("approve", "let a held plan go on"),
        ("reject", "drop a held plan"),
    ):
        command = _with_config(commands.add_parser(name, help=help_))
        if name in ("plan", "reconcile"):
            command.add_argument("subject", metavar="TARGET or PLAN" if name == "plan" else "TARGET")
            command.add_argument("--fewer", action="store_true", help=_FEWER)
        elif name in ("approve", "reject"):
            command.add_argument("subject", metavar="PLAN", help="its id, as `plans` and `status` show it")
            if name == "approve":
                command.add_argument("--only", metavar="USER", help="one user or group of it, by user name or id")
        else:
            command.set_defaults(subject=None)
        command.add_argument("--json", action="store_true")
        command.set_defaults(module="plans")


def _journal(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    actions = commands.add_parser("journal", help="verify, back up and restore the journal").add_subparsers(
        dest="action", required=True, metavar="ACTION"
    )
    verify = _with_config(actions.add_parser("verify", help="say which change or action was altered (exit 3), if any"))
    verify.add_argument("--anchor", action="append", default=[], metavar="SEQ:HEX", help=_ANCHOR)
    verify.add_argument("--json", action="store_true")
    verify.set_defaults(module="journal")
    backup = _with_config(actions.add_parser("backup", help="copy the journal into a new file while it is written"))
    backup.add_argument("file", type=Path, metavar="FILE")
    backup.set_defaults(module="journal")
    restore = _with_config(actions.add_parser("restore", help="put a backup in the journal's place, targets paused"))
    restore.add_argument("file", type=Path, metavar="FILE")
    restore.add_argument("--force", action="store_true", help="even where the journal there is newer")
    restore.set_defaults(module="journal")


def _targets(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    actions = commands.add_parser("targets", help="pause, resume and probe targets").add_subparsers(
        dest="action", required=True, metavar="ACTION"
    )
    pause = _with_config(actions.add_parser("pause", help="write nothing to a target until it is resumed"))
    pause.add_argument("--reason", metavar="TEXT", help="shown by status, kept in the audit")
    resume = _with_config(actions.add_parser("resume", help="write to a paused target again"))
    probe = _with_config(actions.add_parser("probe", help="look at a target now, and say what it is"))
    for command in (pause, resume, probe):
        command.add_argument("subject", metavar="TARGET")
        command.add_argument("--json", action="store_true")
        command.set_defaults(module="targets")


def _why(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    why = _with_config(commands.add_parser("why", help="why the targets hold of a user or group what they hold"))
    why.add_argument("subject", metavar="USER", help=_USER)
    why.add_argument("target", metavar="TARGET", nargs="?", help="default: all of them")
    why.add_argument("--values", action="store_true", help="show the values of attributes too, not their names alone")
    why.add_argument("--json", action="store_true")
    why.set_defaults(module="why")


def _links(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    actions = commands.add_parser("links", help="show and mend which entry is whose").add_subparsers(
        dest="action", required=True, metavar="ACTION"
    )
    show = _with_config(actions.add_parser("show", help="the entry of a user or group at each target"))
    relink = _with_config(actions.add_parser("relink", help="its entry is this one; it is delivered there from now on"))
    unlink = _with_config(actions.add_parser("unlink", help="its entry is not ours any more; it stays as it is"))
    for command in (show, relink, unlink):
        command.add_argument("subject", metavar="USER", help=_USER)
        command.add_argument("target", metavar="TARGET", nargs="?" if command is show else None)
        command.add_argument("--json", action="store_true")
        command.set_defaults(module="links")
    relink.add_argument("entry", metavar="ENTRY", help="its place at the target: a DN, a URL, a key")
    relink.add_argument("--id", action="store_true", dest="by_id", help="ENTRY is the id that the target gave it")


def _deliveries(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    actions = commands.add_parser("deliveries", help="list and retry what is not delivered").add_subparsers(
        dest="action", required=True, metavar="ACTION"
    )
    listed = _with_config(actions.add_parser("list", help="what is parked, put off, or due"))
    listed.add_argument("subject", metavar="TARGET", nargs="?", help="default: all of them")
    listed.add_argument("--parked", action="store_true", help="only what waits for a person")
    listed.add_argument("--limit", type=int, metavar="N", help="so many at most (default: 100)")
    retry = _with_config(actions.add_parser("retry", help="try again now what is parked or put off"))
    retry.add_argument("subject", metavar="TARGET")
    retry.add_argument("--only", metavar="USER", help=_USER)
    retry.add_argument("--code", metavar="CODE", help="only what failed with this code")
    for command in (listed, retry):
        command.add_argument("--json", action="store_true")
        command.set_defaults(module="deliveries")


def _connectors(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    actions = commands.add_parser("connectors", help="what is installed, and how to make your own").add_subparsers(
        dest="action", required=True, metavar="ACTION"
    )
    actions.add_parser("list", help="the connectors that are installed").set_defaults(module="connectors")
    new = actions.add_parser("new", help="write the project of a connector that works, with its tests")
    new.add_argument("name", metavar="NAME", help='as targets will name it: connector = "NAME"')
    new.add_argument("--into", type=Path, metavar="DIR", help="default: ./scim-bridge-NAME")
    new.set_defaults(module="new_connector")
    certify = _with_config(
        actions.add_parser("certify", help="try every promise on a throw-away target (exit 1 broken)")
    )
    certify.add_argument("target", metavar="TARGET")
    certify.add_argument("--yes", action="store_true", help="it is a throw-away: write to it")
    certify.set_defaults(module="certify")


def _token(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    actions = commands.add_parser("token", help="make, list and end the tokens of clients").add_subparsers(
        dest="action", required=True, metavar="ACTION"
    )
    add = _with_config(actions.add_parser("add", help="make a token for a client; it is shown once"))
    add.add_argument("subject", metavar="CLIENT", help="as in [clients.CLIENT]")
    add.add_argument("--name", metavar="NAME", help="default: the client's name")
    listed = _with_config(actions.add_parser("list", help="names, clients, ends and last uses; never the tokens"))
    rotate = _with_config(actions.add_parser("rotate", help="make a new token of this name; the old one ends later"))
    rotate.add_argument("subject", metavar="NAME")
    rotate.add_argument(
        "--keep", default="24h", metavar="TIME", help="take the old one for so long (default: 24h; 0: end it now)"
    )
    revoke = _with_config(actions.add_parser("revoke", help="end a token at once"))
    revoke.add_argument("subject", metavar="NAME", help="or the token itself, where only that is known")
    revoke.add_argument("--old", action="store_true", help="only what was replaced by `rotate`")
    add.add_argument("--expires", metavar="TIME", help="take it for so long, as 90d (default: until it is revoked)")
    rotate.add_argument("--expires", metavar="TIME", help="take it for so long (default: as long as the old one)")
    for command in (add, listed, rotate, revoke):
        command.add_argument("--json", action="store_true")
        command.set_defaults(module="token")


_USER = "a user or group, by user name, display name or id"
_FEWER = "the target rightly holds fewer entries than it did: a read that is short for that is credible"
_ANCHOR = "a place the chain must have passed, from a log line journal.anchored; may be repeated"


def _with_config(command: argparse.ArgumentParser) -> argparse.ArgumentParser:
    command.add_argument("--config", type=Path, default=Path("bridge.toml"), metavar="F", help="default: ./bridge.toml")
    return command


if __name__ == "__main__":
    sys.exit(main())
