"""CSV files as a target: one file of each kind, each always whole and in the same order."""

from connectors.csv.connector import CsvConnector
from connectors.csv.settings import CsvSettings
from connectors.sdk import Plugin

plugin = Plugin("csv", CsvSettings, CsvConnector)

__all__ = ["CsvConnector", "CsvSettings", "plugin"]
