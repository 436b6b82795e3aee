"""Check that what the ledger says is really there, and name each link that is broken.

It looks and changes nothing. The reconciler repairs projections; what is lost from the
store or the remote has to come back from a backup.
"""

from aileron.doctor.chain import examine_champions
from aileron.doctor.finding import Finding
from aileron.doctor.labelling import examine_labelling
from aileron.doctor.machine import examine_machine
from aileron.doctor.pods import examine_pods
from aileron.doctor.services import examine_services

__all__ = [
    "Finding",
    "examine_champions",
    "examine_labelling",
    "examine_machine",
    "examine_pods",
    "examine_services",
]
