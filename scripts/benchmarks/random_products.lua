-- What wrk asks for: random products over the whole catalogue of a generated log, whose ids
-- run from 1. How many follows the address after `--`; without it those of scale 1.
local products = 200325

init = function(arguments)
  math.randomseed(os.time())
  products = tonumber(arguments[1]) or products
end

request = function()
  return wrk.format("GET", "/recommend/" .. math.random(1, products))
end
