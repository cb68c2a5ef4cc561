"""What can go wrong, as one tree. Every message says what happened and every hint what to do.

VoicecliError                  exit code 1
├── SettingsError              a setting is unknown, has a wrong type or a wrong value
├── AudioError
│   ├── AudioDeviceError       a microphone or loudspeaker is missing, busy or gone
│   └── AudioFileError         a file can't be read as audio, or can't be written
├── ModelError
│   ├── ModelMissingError      no model of that name is on this machine
│   └── ModelCorruptError      the files are there and can't be loaded
├── SessionError               a recorded conversation is missing, damaged or in use
├── NetworkError               a download failed, or --offline forbids it
└── ServerError                a server refused, failed or hung
    ├── LanguageModelError     the language model's
    └── SpeechServerError      one that recognises or speaks: a ModelError too

Exceptions of the libraries are turned into these where the library is called, and nowhere else.
"""

from __future__ import annotations


class VoicecliError(Exception):
    """Something the user can be told in a sentence."""

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        """What happened, to which thing."""
        self.hint = hint
        """What to do about it; may be empty."""


class SettingsError(VoicecliError):
    pass


class AudioError(VoicecliError):
    pass


class AudioDeviceError(AudioError):
    pass


class AudioFileError(AudioError):
    pass


class ModelError(VoicecliError):
    pass


class ModelMissingError(ModelError):
    pass


class ModelCorruptError(ModelError):
    pass


class SessionError(VoicecliError):
    pass


class NetworkError(VoicecliError):
    pass


class ServerError(VoicecliError):
    def __init__(self, message: str, hint: str = "", *, retryable: bool = False) -> None:
        super().__init__(message, hint)
        self.retryable = retryable
        """True where asking again may help (overload, a refused connection)."""


class LanguageModelError(ServerError):
    cut_off = False
    """True where the reply had as many tokens as it may have; what came of it stays valid."""


class SpeechServerError(ServerError, ModelError):
    pass


def reason(error: BaseException) -> str:
    """What an exception of a library says, in a few words for a message."""
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def first_error(group: ExceptionGroup) -> Exception:
    """Of errors that happened together, the first that can be told in a sentence."""
    known, other = group.split(VoicecliError)
    found: Exception = group
    for part in (other, known):
        while isinstance(part, ExceptionGroup):
            found = part = part.exceptions[0]
    return found
