"""What the public face keeps: requests for data and how often datasets are taken."""

from .opendata.models import DataRequest, DatasetUse

__all__ = ["DataRequest", "DatasetUse"]
