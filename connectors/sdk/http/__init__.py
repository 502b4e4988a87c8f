"""What every connector needs that speaks to its target over HTTP; `connectors.sdk` itself does not import it.

    class Settings(HttpSettings): ...    # base_url, token or user and user_password, ca_certificate, concurrency

    http = Http(settings, context.directory)     # in the connector; `close` it with the connector
    answer = await http.ask(Call("GET", "/users/7"), Doing.READ)

`ask` raises the SDK's errors, by the one table from HTTP status to error (`status.py`); nothing is repeated.
"""

from connectors.sdk.http.messages import Answer, Call, Doing
from connectors.sdk.http.seen import Part, Seen
from connectors.sdk.http.settings import HttpSettings
from connectors.sdk.http.status import document, judge, message
from connectors.sdk.http.wire import Http

__all__ = ["Answer", "Call", "Doing", "Http", "HttpSettings", "Part", "Seen", "document", "judge", "message"]
