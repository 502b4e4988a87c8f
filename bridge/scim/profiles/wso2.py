"""WSO2 Identity Server."""

from bridge.scim.profiles.profile import Profile

WSO2 = Profile("wso2")
