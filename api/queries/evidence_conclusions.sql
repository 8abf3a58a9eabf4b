-- The conclusions of the evidence, as sentences.
select * from main.evidence_conclusions order by statement_number
