"""WSO2 Identity Server.

Its documentation shows resources with empty `schemas`; older versions name the enterprise extension by one word.
"""

from bridge.scim.profiles.profile import Profile

_ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

WSO2 = Profile("wso2", forgives_absent=True, assumes_schema=True, aliases={"enterpriseuser": _ENTERPRISE})
