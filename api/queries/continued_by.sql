-- The ranking of customers that goes on where the lists of a ranking end.
select distinct
    ranking,
    continued_by
from lookup.serving
where audience <> 'customers'
