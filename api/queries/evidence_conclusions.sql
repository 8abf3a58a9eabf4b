-- The conclusions of the evidence, as sentences.
select
    statement_number,
    topic,
    statement
from main.evidence_conclusions
order by statement_number
