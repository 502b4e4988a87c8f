"""Where a secret reference leads: env:NAME, file:PATH, credential:NAME. The only reader of secrets.

The file itself never holds a secret. No error shows one: not even what was written where a reference belongs.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path

from bridge.settings.faults import Wrong

LARGEST = 64 * 1024
REFERENCE = re.compile(r"(env|file|credential):(.+)", re.DOTALL)


class SecretWrong(Wrong):
    """A reference that leads nowhere, or no reference at all."""


class Secrets:
    """The resolver that is handed to every model: it turns a reference into the secret."""

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        self._folder = folder
        self._environ = environ

    def __call__(self, reference: str) -> str:
        matched = REFERENCE.fullmatch(reference)
        if matched is None:
            raise SecretWrong(
                "is not a secret reference (what is written there is not shown)",
                "put the secret into a file that only we may read, and write file:PATH, credential:NAME or env:NAME",
            )
        where, name = matched.groups()
        found = {"env": self._variable, "file": self._file, "credential": self._credential}[where](name)
        secret = found.rstrip("\r\n")
        if not secret:
            raise SecretWrong("leads to an empty secret", "write the secret there, alone")
        return secret

    def path(self, written: str) -> Path:
        """Where a file is that we hand on by its name: below the config's folder, or a systemd credential."""
        where, _, name = written.partition(":")
        if where == "credential":
            return self._credential_path(name)
        return self._folder / (name if where == "file" else written)

    def _variable(self, name: str) -> str:
        if name not in self._environ:
            raise SecretWrong(f"the environment variable {name} is not set", "set it, or write file:PATH")
        return self._environ[name]

    def _file(self, name: str) -> str:
        path = self._folder / name
        text = _read(path, f"make the file: the secret alone, in {path}")
        if path.stat().st_mode & stat.S_IROTH:
            raise SecretWrong(f"everybody on this machine may read {path}", f"chmod 600 {path}")
        return text

    def _credential(self, name: str) -> str:
        return _read(self._credential_path(name), f"add LoadCredential={name}:/path to the unit")

    def _credential_path(self, name: str) -> Path:
        folder = self._environ.get("CREDENTIALS_DIRECTORY")
        if folder is None:
            raise SecretWrong(
                "there are no systemd credentials here ($CREDENTIALS_DIRECTORY is not set)",
                f"start the bridge by its unit, with LoadCredential={name}:/path; or write file:PATH",
            )
        if "/" in name or name in (".", ".."):
            raise SecretWrong("is not the name of a credential", "write the name alone, as LoadCredential= has it")
        return Path(folder) / name


def _read(path: Path, remedy: str) -> str:
    try:
        if path.is_dir():
            raise SecretWrong(f"{path} is a folder", remedy)
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise SecretWrong(f"cannot read {path}: {os.strerror(error.errno or 0)}", remedy) from None
    if len(content) > LARGEST:
        raise SecretWrong(f"{path} is larger than a secret can be ({LARGEST // 1024} KiB)", remedy)
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise SecretWrong(f"{path} is not text in UTF-8", "write the secret as text (a key: in base64)") from None
