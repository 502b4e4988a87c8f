"""Put a whole file in the place of another: a reader sees the old one or the new one, also after a power cut.

Write beside it, fsync, rename, fsync the folder. Everything happens below one descriptor of the folder, so nobody
can swap the folder meanwhile; a symbolic link at the file's own place is refused, never followed. What the system
says becomes the error that says what happens next. Blocks: called in a thread.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from connectors.sdk import OutcomeUnknown, TargetDown, TargetMisconfigured

_LOOK = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_MAKE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_LASTING = {
    errno.EACCES: "no right to read and write there; give it to the bridge's user",
    errno.EPERM: "no right to read and write there; give it to the bridge's user",
    errno.EROFS: "the file system is mounted read-only; mount it writable",
    errno.ELOOP: "is a symbolic link; put the file itself there, or name another path",
    errno.EISDIR: "is a folder; name another path",
    errno.ENOTDIR: "a part of the path is a file; name another path",
    errno.EEXIST: "a part of the path is a file; name another path",
    errno.ENAMETOOLONG: "the name is too long; name another path",
}
"""Only a person can mend these; anything else may pass."""


@dataclass(frozen=True, slots=True)
class Signature:
    """What tells that a file is still the one that was read."""

    inode: int
    modified: int
    size: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where a file is published."""

    path: Path
    mode: int = 0o600

    @property
    def folder(self) -> Path:
        return self.path.parent

    def prepare(self) -> None:
        """Make the folder where there is none, and remove what a crash left in it."""
        with _plainly(self.path):
            self.folder.mkdir(parents=True, exist_ok=True)
            temporary = re.compile(rf"\.{re.escape(self.path.name)}\.[0-9a-f]{{8}}\.tmp")
            for left in self.folder.iterdir():
                if temporary.fullmatch(left.name):
                    left.unlink(missing_ok=True)

    def identity(self) -> str:
        """The folder we write to: another disk mounted there is another place."""
        with _plainly(self.path):
            return f"{self.path}#{self.folder.stat().st_ino}"

    def signature(self) -> Signature | None:
        """Of the file as it is; None where there is none. Anything but a regular file is refused."""
        with _plainly(self.path):
            try:
                return self._signature(self.path.lstat())
            except FileNotFoundError:
                return None

    def read(self) -> tuple[bytes, Signature]:
        """The whole file, and what it was when it was read."""
        with _plainly(self.path), open(os.open(self.path, _LOOK), "rb") as file:
            before = self._signature(os.fstat(file.fileno()))
            content = file.read()
            if before != self._signature(os.fstat(file.fileno())) or len(content) != before.size:
                raise TargetDown(f"{self.path} was changed while it was read")
            return content, before

    def write(self, content: bytes) -> Signature:
        """Publish; returns what the file is now."""
        with _plainly(self.path), _folder(self.folder) as folder:
            temporary = f".{self.path.name}.{secrets.token_hex(4)}.tmp"
            try:
                signature = self._write(temporary, content, folder)
                self.signature()
                os.rename(temporary, self.path.name, src_dir_fd=folder, dst_dir_fd=folder)
            except BaseException:
                with suppress(OSError):
                    os.unlink(temporary, dir_fd=folder)
                raise
            self._settle(folder)
            return signature

    def check_writable(self, size: int) -> None:
        """Raise where a file of this size could not be published now."""
        with _plainly(self.path):
            disk = os.statvfs(self.folder)
            if disk.f_flag & os.ST_RDONLY:
                raise OSError(errno.EROFS, "read-only")
            if not os.access(self.folder, os.W_OK | os.X_OK):
                raise PermissionError(errno.EACCES, "not writable")
            if disk.f_bavail * disk.f_frsize <= size:
                raise OSError(errno.ENOSPC, "full")

    def _write(self, name: str, content: bytes, folder: int) -> Signature:
        with open(os.open(name, _MAKE, 0o600, dir_fd=folder), "wb") as file:
            os.fchmod(file.fileno(), self.mode)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            return self._signature(os.fstat(file.fileno()))

    def _settle(self, folder: int) -> None:
        """Make the rename durable. Where that fails, the new file is there, and may not be after a power cut."""
        try:
            os.fsync(folder)
        except OSError as error:
            raise OutcomeUnknown(f"{self.folder} could not be synchronised: {error.strerror}") from error

    def _signature(self, found: os.stat_result) -> Signature:
        if not stat.S_ISREG(found.st_mode):
            what = "a symbolic link" if stat.S_ISLNK(found.st_mode) else "not a regular file"
            raise TargetMisconfigured(f"{self.path} is {what}; put the file itself there, or name another path")
        return Signature(found.st_ino, found.st_mtime_ns, found.st_size)


@contextmanager
def _folder(path: Path) -> Iterator[int]:
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield folder
    finally:
        os.close(folder)


@contextmanager
def _plainly(path: Path) -> Iterator[None]:
    """What the system says, as the error that says what happens next."""
    try:
        yield
    except OSError as error:
        code = errno.errorcode.get(error.errno or 0)
        if error.errno in _FULL:
            raise TargetDown(f"{path}: the disk is full; what was published before is untouched", code=code) from error
        if error.errno in _LASTING:
            raise TargetMisconfigured(f"{path}: {_LASTING[error.errno]}", code=code) from error
        raise TargetDown(f"{path}: {error.strerror}", code=code) from error
