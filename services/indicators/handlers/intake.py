"""Dossier batches: load, decide, append."""

from services.chassis.streams import Kind, Streams, Versioned
from services.indicators.domain import intake
from services.indicators.domain.intake import DossierBatch, TakeDossierBatch, batch_name

DOSSIER_BATCH = Kind("dossierbatch", intake.INITIAL, intake.evolve)


def take_batch(streams: Streams, command: TakeDossierBatch) -> Versioned[DossierBatch]:
    """Take a batch in; give what is recorded of it then."""
    name = batch_name(command.one_stop_id, command.batch_id)
    return streams.decide(DOSSIER_BATCH, name, lambda state: intake.take(state, command))
