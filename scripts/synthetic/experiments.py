"""Write units and outcomes of two example experiments with known effects.

They belong to the generated log: `mail_example` has ended, `banner_example` is running. The
seeds describe both; they are active only with the generated log.
"""

import os
from pathlib import Path

import numpy as np
import pyarrow
from pyarrow import parquet

ARMS = ("treatment", "treatment_holdout", "control", "control_holdout")
SHARES = (0.4, 0.1, 0.4, 0.1)
# By experiment: the number of units, and the conversion rate of each arm.
TRUTH = {
    "mail_example": (20_000, (0.12, 0.08, 0.07, 0.06)),
    "banner_example": (8_000, (0.05, 0.04, 0.04, 0.04)),
}
SEED = 7


def generate_experiments(output: Path) -> None:
    """Write the table of units to a Parquet file.

    Raises:
        OSError: it could not be written.
    """
    draw = np.random.default_rng(SEED)
    tables = []
    for experiment, (count, rates) in TRUTH.items():
        arms = draw.choice(len(ARMS), count, p=SHARES)
        earlier = draw.poisson(2, count)
        # Units with more earlier events convert more often; the mean is the arm's rate.
        converts = draw.random(count) < np.array(rates)[arms] * (0.5 + earlier / 4)
        tables.append(
            pyarrow.table(
                {
                    "experiment_id": [experiment] * count,
                    "unit_id": [f"u{unit:05d}" for unit in range(count)],
                    "arm": np.array(ARMS)[arms],
                    "conversion": converts.astype(int),
                    "engagement": converts + draw.poisson(earlier / 10),
                    "revenue": np.round(converts * draw.uniform(3, 7, count), 2),
                    "covariate": np.log1p(earlier),
                }
            )
        )
    output.parent.mkdir(parents=True, exist_ok=True)
    unfinished = output.with_name(f".unfinished-{os.getpid()}-{output.name}")
    parquet.write_table(pyarrow.concat_tables(tables), unfinished, compression="zstd")
    unfinished.replace(output)
