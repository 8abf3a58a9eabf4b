-- What the evidence says, in sentences.
select
    statement_number,
    topic,
    statement
from main.evidence_conclusions
order by statement_number
