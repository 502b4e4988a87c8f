CREATE INDEX resource_buried ON resource (deleted) WHERE deleted IS NOT NULL;
