"""Who works on which task: standing claims, moves, fence, handover, renewal, remote; it judges no task file."""
