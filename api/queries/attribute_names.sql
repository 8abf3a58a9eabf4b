-- The names of the attributes of products.
select distinct split_part(attribute, ': ', 1) as name
from lookup.attributes
order by name
